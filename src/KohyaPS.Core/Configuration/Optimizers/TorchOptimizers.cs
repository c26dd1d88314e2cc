using static KohyaPS.ArgumentTable;

namespace KohyaPS;

/// <summary>The optimizers of torch.optim, and Lion of lion-pytorch.</summary>
internal static class TorchOptimizers
{
    // How PyTorch computes; none of them changes a result.
    private static readonly IReadOnlyList<OptimizerArgument> Execution = [Fixed("maximize", false), .. WithoutEffect("foreach", "capturable", "differentiable", "fused")];

    public static readonly IReadOnlyList<OptimizerDescription> All =
    [
        new(OptimizerType.AdamW, "torch.optim.adamw.AdamW", [Betas(0.9, 0.999), Eps(1e-8), WeightDecay(0.01), Flag("amsgrad"), .. Execution]),
        new(OptimizerType.Adam, "torch.optim.adam.Adam", [Betas(0.9, 0.999), Eps(1e-8), WeightDecay(0), Flag("amsgrad"), Flag("decoupled_weight_decay"), .. Execution]),
        new(OptimizerType.NAdam, "torch.optim.nadam.NAdam", [Betas(0.9, 0.999), Eps(1e-8), WeightDecay(0), NotNegative("momentum_decay", 4e-3), Flag("decoupled_weight_decay"), .. Execution]),
        new(OptimizerType.RAdam, "torch.optim.radam.RAdam", [Betas(0.9, 0.999), Eps(1e-8), WeightDecay(0), Flag("decoupled_weight_decay"), .. Execution]),
        new(OptimizerType.RMSprop, "torch.optim.rmsprop.RMSprop", [NotNegative("alpha", 0.99), Eps(1e-8), WeightDecay(0), NotNegative("momentum", 0), Flag("centered"), .. Execution]),
        new(OptimizerType.Adagrad, "torch.optim.adagrad.Adagrad", [NotNegative("lr_decay", 0), WeightDecay(0), NotNegative("initial_accumulator_value", 0), Eps(1e-10), .. Execution]),
        new(OptimizerType.Adamax, "torch.optim.adamax.Adamax", [Betas(0.9, 0.999), Eps(1e-8), WeightDecay(0), .. Execution]),
        new(OptimizerType.Adadelta, "torch.optim.adadelta.Adadelta", [NotNegative("rho", 0.9) with { Maximum = 1 }, Eps(1e-6), WeightDecay(0), .. Execution]),
        new(OptimizerType.SGD, "torch.optim.sgd.SGD", [NotNegative("momentum", 0), Number("dampening", 0), WeightDecay(0), Flag("nesterov"), .. Execution])
        {
            Check = arguments => arguments.Flag("nesterov") && (arguments.Number("momentum") <= 0 || arguments.Number("dampening") != 0)
                ? ("nesterov needs a momentum and no dampening.", "Add momentum=0.9 to OptimizerArgs and leave dampening out.")
                : null,
        },
        new(OptimizerType.SGDNesterov, "torch.optim.sgd.SGD", [Positive("momentum", 0.9), Fixed("dampening", 0.0), WeightDecay(0), .. Execution])
        {
            Implied = [new("momentum", 0.9)],
        },
        new(OptimizerType.Lion, "lion_pytorch.lion_pytorch.Lion",
            [Betas(0.9, 0.99) with { IsBelowMaximum = false }, WeightDecay(0) with { Minimum = double.NegativeInfinity }, Flag("decoupled_weight_decay"), .. WithoutEffect("use_triton")])
        {
            NeedsLearningRate = true,
        },
    ];
}
