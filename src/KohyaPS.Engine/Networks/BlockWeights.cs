using System.Globalization;
using KohyaPS.Training;

namespace KohyaPS.Engine.Networks;

/// <summary>Factors on the learning rate of each U-Net block, from the three settings that describe them.</summary>
internal static class BlockWeights
{
    private static readonly string[] Curves = ["sine", "cosine", "linear", "reverse_linear", "zeros"];

    /// <summary>The factors of all blocks, or null where no setting asks for any.</summary>
    /// <param name="settings">DownLrWeight, MidLrWeight, UpLrWeight and BlockLrZeroThreshold.</param>
    /// <param name="blocks">25 or 23.</param>
    /// <exception cref="TrainingException">A text is neither a list of numbers nor a known curve.</exception>
    public static double[]? Parse(NetworkSettings settings, int blocks)
    {
        if (settings.DownLrWeight is null && settings.MidLrWeight is null && settings.UpLrWeight is null)
            return null;
        // SDXL's list is framed by the embeddings and the output, which no setting changes.
        var (side, middle, frame) = blocks == BlockIndex.OriginalBlocks ? (9, 3, 1) : (12, 1, 0);
        double[] all =
        [
            .. Enumerable.Repeat(1.0, frame),
            .. Part(settings.DownLrWeight, nameof(settings.DownLrWeight), side),
            .. Part(settings.MidLrWeight, nameof(settings.MidLrWeight), middle),
            .. Part(settings.UpLrWeight, nameof(settings.UpLrWeight), side),
            .. Enumerable.Repeat(1.0, frame),
        ];
        return [.. all.Select(w => w <= settings.BlockLrZeroThreshold ? 0 : w)];
    }

    // A list is cut when it is too long and filled with 1 when it is too short.
    private static IEnumerable<double> Part(string? text, string setting, int count)
    {
        if (text is null)
            return Enumerable.Repeat(1.0, count);
        var values = Curve(text.Trim(), count) ?? List(text, setting);
        return values.Take(count).Concat(Enumerable.Repeat(1.0, Math.Max(0, count - values.Count)));
    }

    private static List<double>? Curve(string text, int count)
    {
        var (name, offset) = text.IndexOf('+', StringComparison.Ordinal) is var plus and >= 0 ? (text[..plus].TrimEnd(), text[(plus + 1)..]) : (text, "0");
        if (!Curves.Contains(name) || !TryNumber(offset, out var add))
            return null;
        double At(int i) => name switch
        {
            "sine" => Math.Sin(Math.PI * 0.5 * i / (count - 1)),
            "cosine" => Math.Sin(Math.PI * 0.5 * (count - 1 - i) / (count - 1)),
            "linear" => (double)i / (count - 1),
            "reverse_linear" => (double)(count - 1 - i) / (count - 1),
            _ => 0,
        };
        return [.. Enumerable.Range(0, count).Select(i => At(i) + add)];
    }

    private static List<double> List(string text, string setting)
    {
        var values = new List<double>();
        foreach (var item in text.Split(','))
        {
            if (!TryNumber(item, out var value))
                throw new TrainingException(TrainingExitCode.Invalid,
                    $"{setting} is '{text}'; '{item.Trim()}' is neither a number nor a curve. Give numbers separated by commas, or one of {string.Join(", ", Curves)}, with '+0.25' behind it for a base.");
            values.Add(value);
        }
        return values;
    }

    private static bool TryNumber(string text, out double value)
    {
        value = 0;
        return string.IsNullOrWhiteSpace(text) || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
