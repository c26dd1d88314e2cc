namespace KohyaPS;

/// <summary>One setting and the values that it takes in turn.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Values">Its values; null means not set.</param>
public sealed record ConfigVariation(Setting Setting, IReadOnlyList<object?> Values)
{
    /// <summary>The most configurations that one call makes.</summary>
    public const int MaximumCount = 1000;

    // Longer names would not leave room for what a training adds.
    private const int MaximumNameLength = 120;

    /// <summary>
    /// Every combination of the values, the last setting varying fastest. Each has an output name of its own that says what varies, so that all of them can be trained into one folder.
    /// </summary>
    /// <param name="config">What all of them have in common.</param>
    /// <param name="variations">What varies.</param>
    /// <exception cref="ArgumentException">A value does not fit its setting, or there are too many combinations.</exception>
    public static IReadOnlyList<LoraConfig> Expand(LoraConfig config, IReadOnlyList<ConfigVariation> variations)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(variations);
        var count = variations.Aggregate(1L, (product, variation) => Math.Min(product * variation.Values.Count, int.MaxValue));
        if (count > MaximumCount)
            throw new ArgumentException($"The values combine to more than {SettingText.Format(MaximumCount)} configurations. Vary fewer settings at a time.");
        IEnumerable<(LoraConfig Config, string Suffix)> combined = [(config, "")];
        foreach (var variation in variations)
            combined = [.. combined.SelectMany(start => variation.Values.Select(value => With(start, variation.Setting, value)))];
        return Named([.. combined], variations.Any(v => v.Setting.Name == nameof(FoldersSettings.OutputName)));
    }

    private static (LoraConfig, string) With((LoraConfig Config, string Suffix) start, Setting setting, object? value)
    {
        var config = setting.Write(start.Config, value);
        return (config, start.Suffix + Part(setting, setting.Read(config)));
    }

    private static List<LoraConfig> Named(List<(LoraConfig Config, string Suffix)> configs, bool hasNames)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var named = new List<LoraConfig>();
        foreach (var (config, suffix) in configs)
        {
            var own = config.Folders.FinalName;
            var name = hasNames ? own : own + suffix;
            if (name.Length > MaximumNameLength)
                name = $"{own}_{SettingText.Format(named.Count + 1)}";
            var distinct = name;
            for (var number = 2; !seen.Add(distinct); number++)
                distinct = $"{name}-{SettingText.Format(number)}";
            var changed = config.With(nameof(FoldersSettings.OutputName), distinct);
            named.Add(changed.HasOwnName && !hasNames ? changed with { Name = changed.Name + suffix } : changed);
        }
        return named;
    }

    // _NetworkDim16, _LearningRate5e-05; of a path its last part, and nothing that a file name cannot hold.
    private static string Part(Setting setting, object? value)
    {
        var text = value is null ? "unset" : SettingText.Format(value);
        if (setting.IsPath)
            text = Path.GetFileNameWithoutExtension(text.Replace('\\', '/'));
        return $"_{setting.Name}{string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' ? c : '-')).Trim('-', '.')}";
    }
}
