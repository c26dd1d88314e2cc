using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Conformance.Schedules;

/// <summary>What the GUIs and the trainer's command line make of the settings of a schedule.</summary>
internal static class TextCases
{
    internal static void Replay(IReadOnlyList<JsonElement> rows, GoldenCheck check)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, what) = (rows[i], $"row {i}");
            if (row.TryGetProperty("inputs", out var inputs))
                OldCommand(what, inputs, row.GetProperty("value").GetString()!, check);
            else if (row.TryGetProperty("passed_on", out _))
                NewArguments(what, row, check);
            else if (row.TryGetProperty("max_train_steps", out _))
                OldWarmup(what, row, check);
            else if (row.TryGetProperty("lr_warmup", out _))
                NewWarmup(what, row, check);
            else
                TrainerText(what, row, check);
        }
    }

    /// <summary>v21.8.8 computes the steps from a percentage and rounds them.</summary>
    private static void OldWarmup(string what, JsonElement row, GoldenCheck check)
    {
        var config = Gui(new { LoRA_type = "Standard", lr_scheduler = "cosine", lr_warmup = row.GetProperty("lr_warmup") })
            .With(nameof(RuntimeSettings.Compatibility), Compatibility.Kohya2188);
        check.Equal(what, row.GetProperty("lr_warmup_steps").GetInt32(), CurveCases.Length(config, row.GetProperty("max_train_steps").GetInt32()).WarmupSteps);
    }

    private static void NewWarmup(string what, JsonElement row, GoldenCheck check)
    {
        var config = Gui(new { LoRA_type = "Standard", lr_scheduler = "cosine", lr_warmup = row.GetProperty("lr_warmup"), lr_warmup_steps = row.GetProperty("lr_warmup_steps") });
        var warmup = config.Schedule.LrWarmupSteps ?? default;
        var isRatio = row.GetProperty("type").GetString() == "float";
        if (warmup.Value != 0)
            check.Equal(what + " is a ratio", isRatio, warmup.IsShare);
        // Steps are whole when they are used.
        check.Close(what, row.GetProperty("value").GetDouble(), isRatio ? warmup.Value : warmup.Resolve(1), 1e-15);
    }

    /// <summary>
    /// The command that v21.8.8 builds says the same as our import of its settings, but for the arguments of the schedule, in whose place it writes
    /// those of the optimizer: there the import has what was typed.
    /// </summary>
    private static void OldCommand(string what, JsonElement inputs, string command, GoldenCheck check)
    {
        var ours = Gui(new
        {
            LoRA_type = "Standard",
            optimizer = "AdamW",
            learning_rate = "0.0001",
            lr_scheduler = inputs.GetProperty("lr_scheduler"),
            lr_warmup_steps = inputs.GetProperty("lr_warmup_steps"),
            optimizer_args = inputs.GetProperty("optimizer_args"),
            lr_scheduler_args = inputs.GetProperty("lr_scheduler_args"),
        });
        var theirs = ConfigFiles.ReadCommandLine("train_network.py" + command, Path.GetTempPath());
        check.Equal(what + " scheduler", theirs.Schedule.LrScheduler, ours.Schedule.LrScheduler);
        check.Equal(what + " warm-up", theirs.Schedule.LrWarmupSteps, ours.Schedule.LrWarmupSteps);
        check.Equal(what + " optimizer", theirs.Optimizer.OptimizerType, ours.Optimizer.OptimizerType);
        check.Equal(what + " rate", theirs.Optimizer.LearningRate, ours.Optimizer.LearningRate);
        check.EqualList(what + " optimizer_args", theirs.Optimizer.OptimizerArgs ?? [], ours.Optimizer.OptimizerArgs ?? []);
        check.Equal(what + " lr_scheduler_args", inputs.GetProperty("lr_scheduler_args").GetString(), string.Join(' ', ours.Schedule.LrSchedulerArgs ?? []));
    }

    /// <summary>The newest GUI passes on the words of its box; it loses double quotes, which belong to the value and are kept here.</summary>
    private static void NewArguments(string what, JsonElement row, GoldenCheck check)
    {
        var config = Gui(new { LoRA_type = "Standard", lr_scheduler = "cosine", lr_scheduler_args = row.GetProperty("text") });
        var words = config.Schedule.LrSchedulerArgs ?? [];
        check.EqualList(what, [.. row.GetProperty("passed_on").EnumerateArray().Select(word => word.GetString()!)], [.. words.Select(word => word.Replace("\"", "", StringComparison.Ordinal))]);
        // What cannot be split into name and value is found by both.
        var isPair = words.All(word => word.Split('=') is [{ Length: > 0 }, { Length: > 0 }]);
        if (!isPair)
            check.True(what + " is found by the validation", config.Validate().Any(problem => problem.Setting == nameof(ScheduleSettings.LrSchedulerArgs) && !problem.IsWarning));
    }

    private static void TrainerText(string what, JsonElement row, GoldenCheck check)
    {
        var text = row.GetProperty("text").GetString()!;
        var config = CurveCases.Import(["--lr_warmup_steps=" + text]);
        var isRefused = config.Origin!.Notes.Any(note => note.Source == "lr_warmup_steps" && note.Outcome == ImportOutcome.Ignored);
        // A number that is none passes the peer's parser and no training.
        var isRefusable = row.TryGetProperty("error", out _) || row.GetProperty("value").ValueKind == JsonValueKind.String;
        check.Equal($"{what} '{text}' is refused", isRefusable, isRefused);
        if (!isRefusable && !isRefused)
            CurveCases.CompareSteps($"{what} '{text}'", JsonSerializer.SerializeToElement(new object[] { row.GetProperty("type"), row.GetProperty("value") }), config.Schedule.LrWarmupSteps ?? default, check);
    }

    private static LoraConfig Gui(object settings)
    {
        var configs = ConfigReader.Read(JsonSerializer.Serialize(settings), "preset.json", Path.GetTempPath());
        return configs.Single();
    }
}
