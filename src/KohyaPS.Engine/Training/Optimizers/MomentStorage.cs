namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>How the moments of an optimizer of bitsandbytes are kept.</summary>
/// <param name="SmallestOf8Bit">Parameters of fewer elements keep moments of 32 bits.</param>
/// <param name="IsPaged">Whether they lie in the host's memory.</param>
/// <param name="IsOld">Whether blocks and small parameters are treated as by the bitsandbytes of kohya_ss v21.8.8.</param>
internal sealed record MomentStorage(long SmallestOf8Bit, bool IsPaged, bool IsOld)
{
    private const int OldBlock = 2048, OldSmallest = 4096, Bits32 = 32;

    /// <summary>Elements of a block: 256 since bitsandbytes 0.44, 2048 before.</summary>
    public int BlockSize => IsOld ? OldBlock : Networks.ParameterGroup.Alignment;

    /// <summary>What an optimizer's name and arguments say.</summary>
    /// <param name="type">The optimizer.</param>
    /// <param name="arguments">min_8bit_size, is_paged, optim_bits.</param>
    /// <param name="compatibility">Old program whose numbers are reproduced.</param>
    public static MomentStorage Of(OptimizerType type, OptimizerArguments arguments, Compatibility compatibility)
    {
        var isOld = compatibility == Compatibility.Kohya2188;
        var is32Bit = type is OptimizerType.PagedAdamW32bit or OptimizerType.AdEMAMix or OptimizerType.PagedAdEMAMix
            || (type == OptimizerType.PagedAdamW && arguments.Whole("optim_bits") == Bits32);
        var smallest = arguments.Whole("min_8bit_size");
        var isPaged = type.ToString().StartsWith("Paged", StringComparison.Ordinal) || (arguments.Has("is_paged") && arguments.Flag("is_paged"));
        return new(is32Bit ? long.MaxValue : isOld ? Math.Max(smallest, OldSmallest) : smallest, isPaged, isOld);
    }
}
