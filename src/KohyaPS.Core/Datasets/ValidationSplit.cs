namespace KohyaPS.Datasets;

/// <summary>
/// Holds back a share of pictures to measure the loss on. Pictures are shuffled once and cut once, so that each is in exactly one part; sd-scripts shuffles
/// and rounds twice, and some pictures land in both parts or in none.
/// </summary>
public static class ValidationSplit
{
    /// <summary>How many of the pictures are held back: the share, rounded half to even, and at least one of two or more.</summary>
    /// <param name="count">Number of pictures.</param>
    /// <param name="share">From 0 to 1.</param>
    public static int HeldBack(int count, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        return Math.Max(share > 0 && count > 1 ? 1 : 0, (int)Math.Round(count * share, MidpointRounding.ToEven));
    }

    /// <summary>The pictures to train, and those that are held back, as indices in ascending order.</summary>
    /// <param name="count">Number of pictures.</param>
    /// <param name="share">From 0 to 1.</param>
    /// <param name="seed">The same seed gives the same parts.</param>
    public static (IReadOnlyList<int> Train, IReadOnlyList<int> Validation) Of(int count, double share, long seed)
    {
        var order = Enumerable.Range(0, count).ToArray();
        new Randomness.RandomSource(seed, Randomness.DrawPurpose.ValidationSplit).Shuffle(order);
        var cut = count - HeldBack(count, share);
        return ([.. order[..cut].Order()], [.. order[cut..].Order()]);
    }
}
