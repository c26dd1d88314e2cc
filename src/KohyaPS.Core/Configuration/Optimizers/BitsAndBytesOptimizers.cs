using static KohyaPS.ArgumentTable;

namespace KohyaPS;

/// <summary>The optimizers of bitsandbytes: states of 8 bits, and states that a GPU keeps in the host's memory.</summary>
internal static class BitsAndBytesOptimizers
{
    // Parameters of fewer elements keep states of 32 bits.
    private static readonly OptimizerArgument Min8BitSize = Whole("min_8bit_size", 4096);

    private static readonly IReadOnlyList<OptimizerArgument> Adam =
        [Betas(0.9, 0.999) with { AllowsQuotes = true }, Eps(1e-8), WeightDecay(0.01), Fixed("amsgrad", false), Min8BitSize];

    private static readonly IReadOnlyList<OptimizerArgument> Lion = [Betas(0.9, 0.99) with { AllowsQuotes = true }, WeightDecay(0), Min8BitSize];

    private static readonly IReadOnlyList<OptimizerArgument> AdEMAMix =
        [Betas(0.9, 0.999, 0.9999) with { AllowsQuotes = true }, Number("alpha", 5), Whole("t_alpha", null, 1), Whole("t_beta3", null, 1), Eps(1e-8), WeightDecay(0.01), Min8BitSize];

    public static readonly IReadOnlyList<OptimizerDescription> All =
    [
        new(OptimizerType.AdamW8bit, "bitsandbytes.optim.adamw.AdamW8bit", [.. Adam, Fixed("optim_bits", 32L), Flag("is_paged")]),
        new(OptimizerType.PagedAdamW8bit, "bitsandbytes.optim.adamw.PagedAdamW8bit", [.. Adam, Fixed("optim_bits", 32L)]),
        new(OptimizerType.PagedAdamW, "bitsandbytes.optim.adamw.PagedAdamW", [.. Adam, Whole("optim_bits", 32)])
        {
            Check = arguments => arguments.Whole("optim_bits") is 8 or 32 ? null : ("optim_bits of PagedAdamW is 8 or 32.", "Leave optim_bits out, or set OptimizerType to PagedAdamW8bit."),
        },
        new(OptimizerType.PagedAdamW32bit, "bitsandbytes.optim.adamw.PagedAdamW32bit", [.. Adam, Fixed("optim_bits", 32L)]),
        new(OptimizerType.Lion8bit, "bitsandbytes.optim.lion.Lion8bit", [.. Lion, Flag("is_paged")]),
        new(OptimizerType.PagedLion8bit, "bitsandbytes.optim.lion.PagedLion8bit", Lion),
        // SGD8bit takes dampening and nesterov and computes plain momentum whatever they say; the name promises more than its kernel does.
        new(OptimizerType.SGDNesterov8bit, "bitsandbytes.optim.sgd.SGD8bit", [Positive("momentum", 0.9), WeightDecay(0), Min8BitSize, .. WithoutEffect("dampening", "nesterov")])
        {
            Implied = [new("momentum", 0.9)],
        },
        new(OptimizerType.AdEMAMix, "bitsandbytes.optim.ademamix.AdEMAMix", [.. AdEMAMix, Fixed("optim_bits", 32L), Flag("is_paged")]),
        new(OptimizerType.AdEMAMix8bit, "bitsandbytes.optim.ademamix.AdEMAMix8bit", [.. AdEMAMix, Flag("is_paged")]),
        new(OptimizerType.PagedAdEMAMix, "bitsandbytes.optim.ademamix.PagedAdEMAMix", [.. AdEMAMix, Fixed("optim_bits", 32L)]),
        new(OptimizerType.PagedAdEMAMix8bit, "bitsandbytes.optim.ademamix.PagedAdEMAMix8bit", AdEMAMix),
    ];
}
