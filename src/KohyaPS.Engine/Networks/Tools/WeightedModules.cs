namespace KohyaPS.Engine.Networks.Tools;

/// <summary>The modules of one network in a merge, with the factor on each.</summary>
internal sealed class WeightedModules
{
    private readonly WeightedNetwork network;
    private readonly BlockFactors? factors;
    private readonly bool isOriginal;

    /// <param name="modules">The modules.</param>
    /// <param name="network">Ratio and block weights.</param>
    /// <param name="isXl">True where modules have the names of SDXL.</param>
    public WeightedModules(IReadOnlyList<StoredLora> modules, WeightedNetwork network, bool isXl)
    {
        Modules = modules;
        this.network = network;
        factors = network.BlockWeights is { } list ? new BlockFactors(list) : null;
        isOriginal = isXl;
    }

    /// <summary>The modules in the order of the file.</summary>
    public IReadOnlyList<StoredLora> Modules { get; }

    /// <summary>The factor on the whole network.</summary>
    public double Ratio => network.Ratio;

    /// <summary>The block weight of a module; 1 where there is none.</summary>
    public double BlockWeight(StoredLora module) => factors?.Of(module.Name, isOriginal) ?? 1;
}
