using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The optimizer that a configuration names.</summary>
internal static class OptimizerChoice
{
    /// <summary>Makes the optimizer over the network's parameter groups.</summary>
    /// <exception cref="TrainingException">There is no such optimizer, or an argument does not fit it.</exception>
    public static FlatOptimizer Create(OptimizerSettings settings, IReadOnlyList<ParameterGroup> groups) => settings.OptimizerType switch
    {
        OptimizerType.AdamW => new AdamW(groups, new AdamWOptions()),
        var other => throw new TrainingException(TrainingExitCode.Invalid, $"The optimizer {other} is not in this version. Set -OptimizerType AdamW."),
    };
}
