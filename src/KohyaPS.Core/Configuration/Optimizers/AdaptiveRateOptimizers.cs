using static KohyaPS.ArgumentTable;

namespace KohyaPS;

/// <summary>Optimizers that find the size of their steps: the D-Adaptation family and Prodigy.</summary>
internal static class AdaptiveRateOptimizers
{
    private static readonly OptimizerArgument D0 = Positive("d0", 1e-6);
    private static readonly OptimizerArgument GrowthRate = Positive("growth_rate", double.PositiveInfinity);

    // How often the original prints, and how it runs on several machines.
    private static readonly IReadOnlyList<OptimizerArgument> Execution = WithoutEffect("log_every", "fsdp_in_use");

    private static readonly IReadOnlyList<OptimizerArgument> Preprint =
        [Betas(0.9, 0.999), Positive("eps", 1e-8), Number("weight_decay", 0), .. Execution, Flag("decouple"), D0, GrowthRate];

    private static readonly IReadOnlyList<OptimizerArgument> Adan =
        [Betas(0.98, 0.92, 0.99), Positive("eps", 1e-8), Number("weight_decay", 0.02), Flag("no_prox"), WithoutEffect("log_every")[0], D0, GrowthRate];

    public static readonly IReadOnlyList<OptimizerDescription> All =
    [
        Family(OptimizerType.DAdaptation, "experimental.dadapt_adam_preprint.DAdaptAdamPreprint", Preprint),
        Family(OptimizerType.DAdaptAdamPreprint, "experimental.dadapt_adam_preprint.DAdaptAdamPreprint", Preprint),
        Family(OptimizerType.DAdaptAdam, "dadapt_adam.DAdaptAdam", [.. Preprint, Flag("use_bias_correction")]),
        Family(OptimizerType.DAdaptAdaGrad, "dadapt_adagrad.DAdaptAdaGrad",
            [NotNegative("momentum", 0), WithoutEffect("log_every")[0], Number("weight_decay", 0), Positive("eps", 1e-6), D0, GrowthRate]),
        Family(OptimizerType.DAdaptAdan, "dadapt_adan.DAdaptAdan", Adan),
        Family(OptimizerType.DAdaptAdanIP, "experimental.dadapt_adan_ip.DAdaptAdanIP", Adan),
        Family(OptimizerType.DAdaptLion, "dadapt_lion.DAdaptLion", [Betas(0.9, 0.99), Number("weight_decay", 0), .. Execution, D0]),
        Family(OptimizerType.DAdaptSGD, "dadapt_sgd.DAdaptSGD", [NotNegative("momentum", 0), Number("weight_decay", 0), .. Execution, D0, GrowthRate]),
        new(OptimizerType.Prodigy, "prodigyopt.prodigy.Prodigy",
            Betas(0.9, 0.999), Number("beta3", null), Positive("eps", 1e-8), Number("weight_decay", 0), Flag("decouple", true), Flag("use_bias_correction"), Flag("safeguard_warmup"),
            D0, Number("d_coef", 1), GrowthRate, WithoutEffect("fsdp_in_use")[0], Whole("slice_p", 1, 1))
        {
            NeedsLearningRate = true,
        },
    ];

    private static OptimizerDescription Family(OptimizerType type, string name, IReadOnlyList<OptimizerArgument> arguments) =>
        new(type, "dadaptation." + name, arguments) { NeedsLearningRate = true };
}
