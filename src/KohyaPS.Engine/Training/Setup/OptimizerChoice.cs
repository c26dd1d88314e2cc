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
        var type = settings.OptimizerType;
        return type switch
        {
            OptimizerType.AdamW or OptimizerType.Adam => new AdamW(groups, arguments),
            OptimizerType.NAdam => new NAdam(groups, arguments),
            OptimizerType.RAdam => new RAdam(groups, arguments),
            OptimizerType.RMSprop => new RmsProp(groups, arguments),
            OptimizerType.Adagrad => new Adagrad(groups, arguments),
            OptimizerType.Adamax => new Adamax(groups, arguments),
            OptimizerType.Adadelta => new Adadelta(groups, arguments),
            OptimizerType.SGD or OptimizerType.SGDNesterov => new Sgd(groups, arguments),
            OptimizerType.Lion => new Lion(groups, arguments),
            OptimizerType.Adafactor => new Adafactor(groups, arguments),
            OptimizerType.AdamW8bit or OptimizerType.PagedAdamW8bit or OptimizerType.PagedAdamW or OptimizerType.PagedAdamW32bit => new AdamW8bit(groups, arguments, Storage()),
            OptimizerType.Lion8bit or OptimizerType.PagedLion8bit => new Lion8bit(groups, arguments, Storage()),
            OptimizerType.SGDNesterov8bit => new Sgd8bit(groups, arguments, Storage()),
            var other => throw new TrainingException(TrainingExitCode.Invalid, $"The optimizer {other} arrives with a later version of KohyaPS. Set OptimizerType to AdamW8bit or AdamW."),
        };

        MomentStorage Storage() => MomentStorage.Of(type, arguments, config.Runtime.Compatibility);
    }
}
