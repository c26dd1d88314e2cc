using static KohyaPS.ArgumentTable;

namespace KohyaPS;

/// <summary>Optimizers that average the weights instead of lowering the rate.</summary>
internal static class ScheduleFreeOptimizers
{
    private static readonly OptimizerArgument Power = Number("weight_lr_power", 2), R = Number("r", 0);

    public static readonly IReadOnlyList<OptimizerDescription> All =
    [
        new(OptimizerType.AdamWScheduleFree, "schedulefree.adamw_schedulefree.AdamWScheduleFree",
            Betas(0.9, 0.999), Eps(1e-8), WeightDecay(0), Whole("warmup_steps", 0), R, Power, WithoutEffect("foreach")[0]),
        new(OptimizerType.RAdamScheduleFree, "schedulefree.radam_schedulefree.RAdamScheduleFree",
            Betas(0.9, 0.999), Eps(1e-8), WeightDecay(0), R, Power, WithoutEffect("foreach")[0], Flag("silent_sgd_phase", true)),
        new(OptimizerType.SGDScheduleFree, "schedulefree.sgd_schedulefree.SGDScheduleFree",
            Positive("momentum", 0.9) with { Maximum = 1, IsBelowMaximum = true }, WeightDecay(0), Whole("warmup_steps", 0), R, Power, WithoutEffect("foreach")[0]),
        new(OptimizerType.ProdigyPlusScheduleFree, "prodigyplus.prodigy_plus_schedulefree.ProdigyPlusScheduleFree",
            Betas(0.9, 0.99), Number("beta3", null), Positive("eps", 1e-8), WeightDecay(0), Positive("d0", 1e-6), Number("d_coef", 1),
            Flag("use_bias_correction"), Flag("split_groups", true), Flag("factored", true), Flag("use_stableadamw", true)),
        new(OptimizerType.PytorchAdEMAMix, "pytorch_optimizer.optimizer.ademamix.AdEMAMix",
            Betas(0.9, 0.999, 0.9999), WeightDecay(0), Flag("weight_decouple"), Flag("fixed_decay"), Number("alpha", 5), Whole("t_alpha_beta3", null, 1), Eps(1e-8)),
    ];
}
