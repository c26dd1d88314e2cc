using KohyaPS.Engine.Training;
using KohyaPS.Safetensors;

namespace KohyaPS.Engine.Tests.Effects;

/// <summary>All that can be seen of one small training: figures, the network's file, the names of all files, the log.</summary>
internal sealed record EffectRun
{
    public required TrainingResult Result { get; init; }

    public required IReadOnlyList<double> Losses { get; init; }

    public required IReadOnlyList<string> Rates { get; init; }

    /// <summary>How many pictures were encoded at each report.</summary>
    public required IReadOnlyList<int> Progress { get; init; }

    /// <summary>Files below the output folder.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    public required string Log { get; init; }

    /// <summary>Names and dimensions of the final network's tensors.</summary>
    public IReadOnlyList<string> Shapes { get; init; } = [];

    /// <summary>The types of the final network's tensors.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Hash of the final network's tensors.</summary>
    public string Weights => Metadata.GetValueOrDefault("sshs_model_hash", "");

    public static EffectRun Of(LoraConfig config)
    {
        var losses = new List<double>();
        var rates = new List<string>();
        var progress = new List<int>();
        // Half types are obeyed where they are slow: the effect is to be seen on every machine.
        var result = LoraTrainer.Run(new(config) { ObeysSlowPrecision = true, OnProcessor = true }, happened =>
        {
            if (happened is PreparationProgress { Phase: "encoding pictures" } encoding)
                progress.Add(encoding.Done);
            if (happened is not StepDone step)
                return;
            losses.Add(step.Loss);
            rates.Add(string.Join(' ', step.LearningRates.Select(r => FormattableString.Invariant($"{r.Key}={r.Value:R}"))));
        }, CancellationToken.None, CancellationToken.None);
        var output = config.Resolve(config.Folders.OutputDir)!;
        var run = new EffectRun
        {
            Result = result,
            Losses = losses,
            Rates = rates,
            Progress = progress,
            Files = Directory.Exists(output) ? [.. Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(output, f).Replace('\\', '/'))] : [],
            Log = result.LogPath is { } log && File.Exists(log) ? File.ReadAllText(log) : "",
        };
        if (result.NetworkPath is not { } path || !path.EndsWith(".safetensors", StringComparison.Ordinal))
            return run;
        using var file = SafetensorsFile.Open(path);
        return run with
        {
            Metadata = file.Metadata.ToDictionary(),
            Shapes = [.. file.Entries.Select(e => $"{e.Name}[{string.Join(',', e.Shape)}]").Order(StringComparer.Ordinal)],
            Types = [.. file.Entries.Where(e => !e.Name.EndsWith(".alpha", StringComparison.Ordinal)).Select(e => e.Dtype.ToString()).Distinct()],
        };
    }
}
