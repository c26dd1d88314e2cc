using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The optimizer that a configuration names, with its arguments.</summary>
internal static class OptimizerChoice
{
    /// <summary>Makes the optimizer over the network's parameter groups.</summary>
    /// <exception cref="TrainingException">There is no such optimizer, or an argument does not fit it.</exception>
    public static FlatOptimizer Create(LoraConfig config, IReadOnlyList<ParameterGroup> groups)
    {
        var settings = config.Optimizer;
        if (settings.OptimizerClass is { } unknown)
            throw new TrainingException(TrainingExitCode.Invalid, $"OptimizerClass '{unknown}' is a Python class, which cannot be loaded here. Leave it out and set OptimizerType.");
        var arguments = OptimizerArguments.Read(settings, out var problems);
        if (problems.Count > 0)
            throw new TrainingException(TrainingExitCode.Invalid, string.Join(' ', problems.Select(p => $"{p.Message} {p.Remedy}")));
        return settings.OptimizerType switch
        {
            OptimizerType.AdamW or OptimizerType.Adam => new AdamW(groups, arguments),
            var other => throw new TrainingException(TrainingExitCode.Invalid, $"The optimizer {other} is not in this version. Set -OptimizerType AdamW."),
        };
    }
}
