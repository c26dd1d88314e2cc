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
        var arguments = OptimizerArguments.Read(settings, out var problems);
        if (settings.OptimizerClass is { } unknown)
            problems = [OptimizerCatalogue.NoSuch(unknown)];
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
            OptimizerType.DAdaptation or OptimizerType.DAdaptAdamPreprint => new DAdaptAdamPreprint(groups, arguments),
            OptimizerType.DAdaptAdam => new DAdaptAdam(groups, arguments),
            OptimizerType.DAdaptAdaGrad => new DAdaptAdaGrad(groups, arguments),
            OptimizerType.DAdaptAdan => new DAdaptAdan(groups, arguments, takesInnerProduct: false),
            OptimizerType.DAdaptAdanIP => new DAdaptAdan(groups, arguments, takesInnerProduct: true),
            OptimizerType.DAdaptLion => new DAdaptLion(groups, arguments),
            OptimizerType.DAdaptSGD => new DAdaptSGD(groups, arguments),
            OptimizerType.Prodigy => new Prodigy(groups, arguments),
            OptimizerType.AdamWScheduleFree => new AdamWScheduleFree(groups, arguments),
            OptimizerType.RAdamScheduleFree => new RAdamScheduleFree(groups, arguments),
            OptimizerType.SGDScheduleFree => new SGDScheduleFree(groups, arguments),
            OptimizerType.PytorchAdEMAMix => new PytorchAdEMAMix(groups, arguments),
            OptimizerType.AdEMAMix or OptimizerType.AdEMAMix8bit or OptimizerType.PagedAdEMAMix or OptimizerType.PagedAdEMAMix8bit => new AdEMAMix(groups, arguments, Storage()),
            OptimizerType.CAME => new CAME(groups, arguments),
            OptimizerType.ProdigyPlusScheduleFree => new ProdigyPlusScheduleFree(groups, arguments),
            _ => throw new ArgumentOutOfRangeException(nameof(config), type, "There is no such optimizer."),
        };

        MomentStorage Storage() => MomentStorage.Of(type, arguments, config.Runtime.Compatibility);
    }
}
