using System.Text.Json;
using KohyaPS.Conformance.Dataset;
using KohyaPS.Engine.Training;
using KohyaPS.Safetensors;
using KohyaPS.Training.States;

namespace KohyaPS.Conformance.Formats;

/// <summary>Names, order and removal of saved networks and states, and resuming, in whole trainings of the demo's model.</summary>
internal static class RetentionCases
{
    public static void Replay(JsonElement recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        var inputs = recorded.GetProperty("inputs");
        for (var i = 0; i < inputs.GetProperty("batches_per_epoch").GetInt32(); i++)
            ScratchFolder.WritePicture(Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "train", "1_robot")).FullName, $"{i:00}.png"), 64, 64);
        var config = Config(recorded.GetProperty("settings"), folder.Path);
        if (inputs.TryGetProperty("first_run", out var first))
            ReplayResume(recorded, config, Config(first, folder.Path), check);
        else
            ReplayRun(recorded.GetProperty("expected"), config, check);
    }

    private static void ReplayRun(JsonElement expected, LoraConfig config, GoldenCheck check)
    {
        var (result, happened, _) = Run(config, null);
        check.Equal($"exit code ({result.Message})", TrainingExitCode.Done, result.ExitCode);
        var events = expected.GetProperty("events").ValueKind == JsonValueKind.Array ? expected.GetProperty("events") : expected.GetProperty("events").GetProperty("value");
        check.EqualList("events", [.. events.EnumerateArray().Select(Describe).OfType<string>()], happened);
        var present = events.EnumerateArray().Last(e => e.GetProperty("op").GetString() == "listing").GetProperty("present").EnumerateArray().Select(n => n.GetString()!);
        check.EqualList("present at the end", [.. present.Order(StringComparer.Ordinal)], Present(config));
    }

    private static void ReplayResume(JsonElement recorded, LoraConfig config, LoraConfig firstConfig, GoldenCheck check)
    {
        var before = recorded.GetProperty("inputs").GetProperty("files_before").EnumerateArray().Select(n => n.GetString()!).Order(StringComparer.Ordinal).ToList();
        string? state = null;
        StateManifest? manifest = null;
        if (config.Training.Resume is { } resume)
        {
            var (firstResult, _, _) = Run(firstConfig, null);
            check.Equal($"exit code of the first run ({firstResult.Message})", TrainingExitCode.Done, firstResult.ExitCode);
            check.EqualList("files before", before, Present(firstConfig));
            state = Path.Combine(OutputOf(config), resume);
            manifest = StateFolder.Open(state);
            var at = recorded.GetProperty("inputs").GetProperty("train_state");
            check.Equal("train_state", (at.GetProperty("current_epoch").GetInt32(), at.GetProperty("current_step").GetInt32()), (RunningEpoch(manifest.Epoch, manifest.BatchInEpoch), manifest.Step));
            config = config with { Training = config.Training with { Resume = null } };
        }
        var (result, happened, rates) = Run(config, state);
        if (recorded.GetProperty("expected").GetProperty("error").GetProperty("value").ValueKind != JsonValueKind.Null)
        {
            check.Equal("exit code", TrainingExitCode.Invalid, result.ExitCode);
            return;
        }
        check.Equal($"exit code ({result.Message})", TrainingExitCode.Done, result.ExitCode);
        CompareWithWhole(config, state, manifest, happened, check);
        CompareRates(recorded, rates, check);
    }

    // Wanted (spec/training.md 1.10): absolute steps. What follows is what a training that was never interrupted does after that step, or after
    // the state and the removals that belong to it; where a first step is chosen and nothing is skipped, its epoch is trained from the first
    // batch, so that epochs end later.
    private static void CompareWithWhole(LoraConfig config, string? state, StateManifest? manifest, List<string> happened, GoldenCheck check)
    {
        var plain = config with
        {
            Training = config.Training with { InitialEpoch = null, InitialStep = null, SkipUntilInitialStep = false },
            Folders = config.Folders with { OutputDir = OutputOf(config) + "-whole" },
        };
        var (_, whole, _) = Run(plain, null);
        var perEpoch = whole.Where(e => e.StartsWith("step ", StringComparison.Ordinal)).GroupBy(e => e.Split(' ')[1]).Max(g => g.Count());
        var first = config.Training.InitialStep ?? (config.Training.InitialEpoch - 1) * perEpoch ?? manifest!.Step;
        var isChosen = config.Training.InitialStep is not null || config.Training.InitialEpoch is not null;
        if (config.Training.SkipUntilInitialStep || first % perEpoch == 0 || !isChosen)
        {
            var saved = isChosen ? -1 : whole.FindIndex(e => e.StartsWith($"write_state {Path.GetFileName(state)} ", StringComparison.Ordinal));
            var from = saved >= 0
                ? whole.FindIndex(saved + 1, e => !e.StartsWith("remove_", StringComparison.Ordinal))
                : whole.FindIndex(e => e.StartsWith("step ", StringComparison.Ordinal) && e.EndsWith($" {first + 1}", StringComparison.Ordinal));
            check.EqualList("events are those of a training that was never interrupted", whole[from..], happened);
            return;
        }
        var steps = happened.Where(e => e.StartsWith("step ", StringComparison.Ordinal)).ToList();
        var last = int.Parse(whole.Last(e => e.StartsWith("step ", StringComparison.Ordinal)).Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
        check.EqualList("steps", [.. Enumerable.Range(0, last - first).Select(i => $"step {first / perEpoch + 1 + i / perEpoch} {first + 1 + i}")], steps);
        var epochSaves = (string e) => e.Contains("-0000", StringComparison.Ordinal) && !e.Contains("-step", StringComparison.Ordinal);
        string[] Names(IEnumerable<string> events) => [.. events.Where(e => e.StartsWith("write_", StringComparison.Ordinal) && !epochSaves(e)).Select(e => string.Join(' ', e.Split(' ').Take(2)))];
        var after = whole.FindIndex(e => e.StartsWith("step ", StringComparison.Ordinal) && e.EndsWith($" {first + 1}", StringComparison.Ordinal));
        check.EqualList("saved at steps and at the end", Names(whole[after..]), Names(happened));
    }

    // The peer records the rate of the next step, and stops counting elsewhere; what both trained must go on from the state.
    private static void CompareRates(JsonElement recorded, List<double> rates, GoldenCheck check)
    {
        var peer = recorded.GetProperty("expected").GetProperty("events_peer");
        var next = (peer.ValueKind == JsonValueKind.Array ? peer : peer.GetProperty("value")).EnumerateArray()
            .Where(e => e.TryGetProperty("lr", out _)).Select(e => e.GetProperty("lr")[0].GetDouble()).ToList();
        var shared = Math.Min(next.Count, rates.Count - 1);
        check.True("some rates are compared", shared > 0);
        check.Close("learning rates", next.Take(shared).ToArray(), rates.Skip(1).Take(shared).ToArray(), 1e-12, 1e-18);
    }

    private static LoraConfig Config(JsonElement settings, string folder)
    {
        var config = FormatsConfig.Of(settings, folder);
        return config with
        {
            Model = config.Model with { PretrainedModelNameOrPath = Path.Combine(GoldenRoot.Checkout, "examples", "demo", "mini-sd.safetensors") },
            Folders = config.Folders with { TrainDataDir = "train", OutputDir = "out" },
            Buckets = config.Buckets with { Resolution = 64 },
            Caching = config.Caching with { CacheLatents = true },
        };
    }

    private static (TrainingResult Result, List<string> Happened, List<double> Rates) Run(LoraConfig config, string? state)
    {
        var happened = new List<string>();
        var rates = new List<double>();
        var result = LoraTrainer.Run(new(config) { ResumeFrom = state }, e =>
        {
            if (Describe(e) is { } text)
                happened.Add(text);
            if (e is StepDone step)
                rates.Add(step.LearningRates.Values.First());
        }, CancellationToken.None, CancellationToken.None);
        return (result, happened, rates);
    }

    private static string? Describe(TrainingEvent happened) => happened switch
    {
        StepDone step => $"step {step.Epoch} {step.Step}",
        NetworkSaved saved => DescribeNetwork(saved),
        StateSaved saved => $"write_state {Path.GetFileName(saved.State.Path)} {RunningEpoch(saved.State.Epoch, saved.State.BatchInEpoch)} {saved.State.Step}",
        RetentionRemoved removed => $"{(removed.Path.EndsWith("-state", StringComparison.Ordinal) ? "remove_state" : "remove_weights")} {Path.GetFileName(removed.Path)}",
        _ => null,
    };

    // A pickle has no metadata; the event says what they would have said.
    private static string DescribeNetwork(NetworkSaved saved)
    {
        if (!saved.Path.EndsWith(".safetensors", StringComparison.Ordinal))
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"write_weights {Path.GetFileName(saved.Path)} {saved.Epoch} {saved.Step}");
        using var file = SafetensorsFile.Open(saved.Path);
        return $"write_weights {Path.GetFileName(saved.Path)} {file.Metadata["ss_epoch"]} {file.Metadata["ss_steps"]}";
    }

    private static string? Describe(JsonElement recorded) => recorded.GetProperty("op").GetString() switch
    {
        "step" => $"step {recorded.GetProperty("epoch")} {recorded.GetProperty("global_step")}",
        "write_weights" => $"write_weights {recorded.GetProperty("name")} {recorded.GetProperty("ss_epoch")} {recorded.GetProperty("ss_steps")}",
        "write_state" => $"write_state {recorded.GetProperty("name")} {recorded.GetProperty("train_state").GetProperty("current_epoch")} {recorded.GetProperty("train_state").GetProperty("current_step")}",
        "remove_weights" or "remove_state" => $"{recorded.GetProperty("op")} {recorded.GetProperty("name")}",
        _ => null,
    };

    /// <summary>A state at the end of an epoch stands before the next one; the peer counts it to the one that ended.</summary>
    private static int RunningEpoch(int epoch, int batchInEpoch) => batchInEpoch == 0 ? epoch - 1 : epoch;

    private static string OutputOf(LoraConfig config) => config.Resolve(config.Folders.OutputDir)!;

    /// <summary>What lies in the output folder, without the log and the loss curve, which the peer does not write there.</summary>
    private static List<string> Present(LoraConfig config) => [.. Directory.EnumerateFileSystemEntries(OutputOf(config)).Select(path => Path.GetFileName(path))
        .Where(name => !name.EndsWith("-loss.svg", StringComparison.Ordinal) && !name.EndsWith(".log.jsonl", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
