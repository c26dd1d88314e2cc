namespace KohyaPS;

/// <summary>All optimizers with their arguments.</summary>
public static class OptimizerCatalogue
{
    private static readonly Dictionary<OptimizerType, OptimizerDescription> ByType =
        TorchOptimizers.All.Concat(BitsAndBytesOptimizers.All).Concat(FactoredOptimizers.All).Concat(AdaptiveRateOptimizers.All).Concat(ScheduleFreeOptimizers.All)
            .ToDictionary(optimizer => optimizer.Type);

    /// <summary>The description of an optimizer.</summary>
    public static OptimizerDescription Get(OptimizerType type) => ByType[type];
}
