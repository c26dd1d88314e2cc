namespace KohyaPS;

/// <summary>All optimizers with their arguments.</summary>
public static class OptimizerCatalogue
{
    private static readonly Dictionary<OptimizerType, OptimizerDescription> ByType =
        TorchOptimizers.All.Concat(BitsAndBytesOptimizers.All).Concat(FactoredOptimizers.All).Concat(AdaptiveRateOptimizers.All).Concat(ScheduleFreeOptimizers.All)
            .ToDictionary(optimizer => optimizer.Type);

    /// <summary>The description of an optimizer.</summary>
    public static OptimizerDescription Get(OptimizerType type) => ByType[type];

    /// <summary>The first optimizer that does what a Python class does; null where none does.</summary>
    /// <param name="pythonClass">Its dotted name.</param>
    public static OptimizerType? OfClass(string pythonClass) =>
        Enum.GetValues<OptimizerType>().Where(type => ByType[type].PythonClass == pythonClass).Select(type => (OptimizerType?)type).FirstOrDefault();
}
