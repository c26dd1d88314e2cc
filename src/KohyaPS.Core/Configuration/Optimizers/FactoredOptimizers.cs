using static KohyaPS.ArgumentTable;

namespace KohyaPS;

/// <summary>Optimizers that keep a matrix of second moments as one row and one column.</summary>
internal static class FactoredOptimizers
{
    public static readonly IReadOnlyList<OptimizerDescription> All =
    [
        new(OptimizerType.Adafactor, "transformers.optimization.Adafactor",
            new OptimizerArgument("eps", OptimizerArgumentKind.Numbers, new PythonSequence([1e-30, 1e-3], IsList: false)) { Minimum = 0 },
            Positive("clip_threshold", 1), Number("decay_rate", -0.8), Number("beta1", null), Number("weight_decay", 0),
            Flag("scale_parameter", true), Flag("relative_step", true), Flag("warmup_init"))
        {
            Implied = [new("relative_step", true)],
        },
        new(OptimizerType.CAME, "pytorch_optimizer.optimizer.came.CAME",
            Betas(0.9, 0.999, 0.9999), WeightDecay(0), Fixed("weight_decouple", true), Flag("fixed_decay"), Positive("clip_threshold", 1), Fixed("ams_bound", false),
            NotNegative("eps1", 1e-30), NotNegative("eps2", 1e-16)),
    ];
}
