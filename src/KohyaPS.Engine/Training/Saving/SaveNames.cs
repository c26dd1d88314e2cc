using System.Globalization;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>Names of the files and folders that a training writes, as sd-scripts gives them.</summary>
internal static class SaveNames
{
    private const string StateSuffix = "-state";

    /// <summary>The ending of network files.</summary>
    public static string Extension(LoraConfig config) => config.Saving.SaveModelAs switch
    {
        NetworkFileFormat.Ckpt => ".ckpt",
        NetworkFileFormat.Pt => ".pt",
        _ => ".safetensors",
    };

    /// <summary>The network after a step: <c>name-step00000800</c>.</summary>
    public static string OfStep(FoldersSettings folders, int step) => string.Create(CultureInfo.InvariantCulture, $"{folders.OutputName ?? "at"}-step{step:00000000}");

    /// <summary>The network after an epoch: <c>name-000003</c>.</summary>
    public static string OfEpoch(FoldersSettings folders, int epoch) => string.Create(CultureInfo.InvariantCulture, $"{folders.OutputName ?? "epoch"}-{epoch:000000}");

    /// <summary>The state beside a network.</summary>
    public static string State(string networkName) => networkName + StateSuffix;

    /// <summary>A state that is no scheduled one: made by hand or at a stop. Retention never looks at these names.</summary>
    public static string ExtraState(string name, int step, TrainingStateReason reason) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}-{(reason == TrainingStateReason.Stop ? "stopped" : "saved")}-step{step:00000000}{StateSuffix}");

    /// <summary>Everything that a whole training writes, in order; long series are shortened to their ends.</summary>
    public static IReadOnlyList<string> Planned(LoraConfig config, TrainingLength length, string folder)
    {
        const int shown = 4;
        var name = config.Folders.FinalName;
        var (extension, saving) = (Extension(config), config.Saving);
        IEnumerable<string> With(string network) => saving.SaveState ? [network + extension, State(network)] : [network + extension];
        var series = new List<string>();
        if (saving.SaveEveryNSteps is { } everySteps)
            for (var step = everySteps; step <= length.TotalSteps; step += everySteps)
                series.AddRange(With(OfStep(config.Folders, step)));
        if (length.SaveEveryNEpochs is { } everyEpochs)
            for (var epoch = everyEpochs; epoch < length.Epochs; epoch += everyEpochs)
                series.AddRange(With(OfEpoch(config.Folders, epoch)));
        if (series.Count > 2 * shown)
            series = [.. series.Take(shown), string.Create(CultureInfo.InvariantCulture, $"... {series.Count - 2 * shown} more ..."), .. series.TakeLast(shown)];
        if (saving.SaveState || saving.SaveStateOnTrainEnd)
            series.Add(State(name));
        series.AddRange([name + extension, $"{name}-loss.svg", $"{name}.log.jsonl"]);
        return [.. series.Select(s => s.StartsWith("...", StringComparison.Ordinal) ? s : Path.Combine(folder, s))];
    }
}
