namespace KohyaPS;

/// <summary>How often each regularisation picture is used, so that there are as many uses as of training pictures.</summary>
public static class RegularizationBalance
{
    /// <summary>
    /// The repeats of each picture in order; 0 means that it is not used. A first round takes each picture with the repeats of its folder until there are enough,
    /// further rounds add one each.
    /// </summary>
    /// <param name="repeats">The repeats of each picture's folder.</param>
    /// <param name="wanted">Uses of training pictures in an epoch.</param>
    public static long[] Repeats(IReadOnlyList<long> repeats, long wanted)
    {
        ArgumentNullException.ThrowIfNull(repeats);
        var used = new long[repeats.Count];
        long sum = 0;
        for (var i = 0; i < used.Length && sum < wanted; i++)
            sum += used[i] = repeats[i];
        if (used.Length == 0 || sum >= wanted)
            return used;
        var (rounds, rest) = Math.DivRem(wanted - sum, used.Length);
        for (var i = 0; i < used.Length; i++)
            used[i] += rounds + (i < rest ? 1 : 0);
        return used;
    }
}
