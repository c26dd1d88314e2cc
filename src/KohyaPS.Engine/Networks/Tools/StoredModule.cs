using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>One module of a network file: how it changes the weight of its layer.</summary>
/// <param name="name">Its name in the file.</param>
/// <param name="path">The file, for messages.</param>
internal abstract class StoredModule(string name, string path)
{
    /// <summary>Name of the module.</summary>
    public string Name => name;

    /// <summary>The file.</summary>
    protected string Path => path;

    /// <summary>The changed weight, a new tensor of the weight's type and dimensions.</summary>
    /// <param name="weight">[out, in] or [out, in, kh, kw]; 1x1 kernels and matrices stand for each other.</param>
    /// <param name="ratio">How much of the module: 0 is nothing, 1 all.</param>
    /// <exception cref="CheckpointFormatException">The shapes do not fit, or the numbers are not finite.</exception>
    public abstract Tensor AddTo(Tensor weight, double ratio);

    /// <summary>Refuses numbers of a diverged training.</summary>
    protected void RequireFinite(Tensor numbers)
    {
        if (!numbers.isfinite().all().item<bool>())
            throw new CheckpointFormatException($"The module '{Name}' of '{Path}' has numbers that are NaN or infinite: its training diverged. Use an earlier save of it.");
    }

    /// <summary>The error for a weight of another form.</summary>
    /// <param name="form">What the module would change.</param>
    /// <param name="weight">What the checkpoint has.</param>
    protected CheckpointFormatException WrongForm(string form, Tensor weight) => new(
        $"The module '{Name}' of '{Path}' changes a weight of {form}, but the checkpoint's layer has [{string.Join(", ", weight.shape)}]. The network belongs to another kind of model.");
}
