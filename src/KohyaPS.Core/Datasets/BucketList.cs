namespace KohyaPS;

/// <summary>The sizes that pictures can be trained at: sides in steps, area limited by the resolution.</summary>
public static class BucketList
{
    /// <summary>The sizes in order of width, then height; each also lying on its side.</summary>
    /// <param name="resolution">Its area is the limit; its sides count only where buckets are off.</param>
    /// <param name="minimum">Smallest side; a multiple of <paramref name="steps"/>.</param>
    /// <param name="maximum">Largest side.</param>
    /// <param name="steps">Sides are multiples of this.</param>
    public static IReadOnlyList<ImageSize> Newest(ImageSize resolution, int minimum, int maximum, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        var area = resolution.Area;
        var sizes = new SortedSet<ImageSize>();
        if ((long)(Math.Sqrt(area) / steps) * steps is > 0 and var side)
            AddBothWays(sizes, side, side);
        for (long width = minimum; width <= maximum; width += steps)
        {
            var height = Math.Min(maximum, area / width / steps * steps);
            if (height >= minimum)
                AddBothWays(sizes, width, height);
        }
        return [.. sizes];
    }

    /// <summary>The list of the trainer inside kohya_ss v21.8.8: the area in cells, the second side without lower limit; it can be 0, and no picture fits then.</summary>
    /// <inheritdoc cref="Newest"/>
    public static IReadOnlyList<ImageSize> Kohya2188(ImageSize resolution, int minimum, int maximum, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, steps);
        var cells = (long)(resolution.Width / steps) * (resolution.Height / steps);
        var sizes = new SortedSet<ImageSize>();
        var side = (long)Math.Sqrt(cells) * steps;
        AddBothWays(sizes, side, side);
        for (long width = minimum; width <= maximum; width += steps)
            AddBothWays(sizes, width, Math.Min(maximum, cells / (width / steps) * steps));
        return [.. sizes];
    }

    private static void AddBothWays(SortedSet<ImageSize> sizes, long width, long height)
    {
        sizes.Add(new((int)width, (int)height));
        sizes.Add(new((int)height, (int)width));
    }
}
