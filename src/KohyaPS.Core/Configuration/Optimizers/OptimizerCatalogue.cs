namespace KohyaPS;

/// <summary>All optimizers with their arguments.</summary>
public static class OptimizerCatalogue
{
    private static readonly Dictionary<OptimizerType, OptimizerDescription> ByType =
        TorchOptimizers.All.Concat(BitsAndBytesOptimizers.All).Concat(FactoredOptimizers.All).Concat(AdaptiveRateOptimizers.All).Concat(ScheduleFreeOptimizers.All)
            .ToDictionary(optimizer => optimizer.Type);

    /// <summary>The description of an optimizer.</summary>
    public static OptimizerDescription Get(OptimizerType type) => ByType[type];

    /// <summary>
    /// The optimizer that does what a Python class does, by the class's name with its module or a package around that: torch.optim.AdamW as well as
    /// torch.optim.adamw.AdamW, in any case. Null where none does, or where the class is of another library, which may compute otherwise.
    /// </summary>
    /// <param name="pythonClass">The dotted name.</param>
    public static OptimizerType? OfClass(string pythonClass)
    {
        ArgumentNullException.ThrowIfNull(pythonClass);
        var dot = pythonClass.LastIndexOf('.');
        var (package, name) = (pythonClass[..(dot + 1)], pythonClass[(dot + 1)..]);
        return dot < 0 ? null : ByType.Values
            .Where(o => o.PythonClass.StartsWith(package, StringComparison.OrdinalIgnoreCase) && o.PythonClass.EndsWith("." + name, StringComparison.OrdinalIgnoreCase))
            // Two that have one class: the one of its name.
            .OrderByDescending(o => o.Type.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(o => (OptimizerType?)o.Type).FirstOrDefault();
    }

    /// <summary>What is said of a name that no optimizer has.</summary>
    internal static ConfigProblem NoSuch(string name) => ConfigRules.Error(nameof(OptimizerSettings.OptimizerClass),
        SettingText.Choice(typeof(OptimizerType), name) is null ? $"There is no optimizer '{name}' here, and a Python class cannot be loaded." : $"OptimizerClass is for optimizers that are not here; '{name}' is.",
        $"Set OptimizerType and leave OptimizerClass out. {SettingText.Suggest(typeof(OptimizerType), name)}");
}
