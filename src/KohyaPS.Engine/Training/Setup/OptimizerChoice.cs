using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The optimizer that a configuration names, with its arguments.</summary>
internal static class OptimizerChoice
{
    /// <summary>Makes the optimizer over the network's parameter groups.</summary>
    /// <exception cref="TrainingException">There is no such optimizer, or an argument does not fit it.</exception>
    public static FlatOptimizer Create(OptimizerSettings settings, IReadOnlyList<ParameterGroup> groups)
    {
        var arguments = OptimizerArguments.Parse(settings.OptimizerArgs ?? []);
        FlatOptimizer optimizer = settings.OptimizerType switch
        {
            OptimizerType.AdamW => AdamW(arguments, groups),
            var other => throw new TrainingException(TrainingExitCode.Invalid, $"The optimizer {other} is not in this version. Set -OptimizerType AdamW."),
        };
        arguments.RefuseRest(settings.OptimizerType);
        return optimizer;
    }

    private static AdamW AdamW(OptimizerArguments arguments, IReadOnlyList<ParameterGroup> groups)
    {
        var defaults = new AdamWOptions();
        var (beta1, beta2) = arguments.Pair("betas", (defaults.Beta1, defaults.Beta2));
        return new(groups, defaults with
        {
            Beta1 = beta1,
            Beta2 = beta2,
            Eps = arguments.Number("eps", defaults.Eps),
            WeightDecay = arguments.Number("weight_decay", defaults.WeightDecay),
            Amsgrad = arguments.Flag("amsgrad", defaults.Amsgrad),
        });
    }
}
