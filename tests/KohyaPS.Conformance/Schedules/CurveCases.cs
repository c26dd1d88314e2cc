using System.Text.Json;
using KohyaPS.Engine.Configuration.Import;
using KohyaPS.Engine.Training;
using KohyaPS.Engine.Training.Schedules;
using KohyaPS.Engine.Training.Setup;

namespace KohyaPS.Conformance.Schedules;

/// <summary>Rates by step: the recorded command line is imported, and the schedule is the one that a training with these settings runs.</summary>
internal static class CurveCases
{
    internal static void ReplayCurve(JsonElement settings, JsonElement expected, GoldenCheck check)
    {
        var steps = settings.GetProperty("max_train_steps").GetInt32();
        // Each process moves the scheduler of the peer once, over as many times the steps: the same curve in larger strides.
        var processes = settings.TryGetProperty("num_processes", out var count) ? count.GetInt32() : 1;
        var config = Import(settings, steps * processes);
        if (expected.TryGetProperty("parsed", out var parsed))
        {
            var texts = parsed.GetProperty("value");
            CompareSteps("lr_warmup_steps", texts.GetProperty("lr_warmup_steps"), config.Schedule.LrWarmupSteps ?? default, check);
            CompareSteps("lr_decay_steps", texts.GetProperty("lr_decay_steps"), config.Schedule.LrDecaySteps, check);
        }
        double[] rates = [.. settings.GetProperty("lrs").EnumerateArray().Select(r => r.GetDouble())];
        var refusal = Refusal(config);
        var failure = expected.TryGetProperty("error", out var error) ? error.GetProperty("value").GetProperty("stage").GetString()! : null;
        if (failure == "construct")
        {
            if (refusal is null && NameInOtherCase(settings) is { } name)
                GoldenCheck.Skip($"names of schedules are taken in any case here, so '{name}' is no mistake");
            check.True("the peer refuses these settings, and they were taken", refusal is not null);
            return;
        }
        // Nothing ever passes the measure that this class waits for; the peer finds out after the first step, we before it.
        if (failure == "scheduler step 1" && refusal is not null)
        {
            check.Equal("refused setting", nameof(ScheduleSettings.LrSchedulerType), refusal.Setting);
            return;
        }
        check.True($"refused: {refusal?.Message}", refusal is null);
        var length = Length(config, steps * processes);
        var schedule = ScheduleChoice.Create(config, length, rates.Length);
        var curve = expected.GetProperty("lr_per_optimizer_step");
        var (rtol, atol) = (GoldenTensors.Tolerance(curve, "rtol"), GoldenTensors.Tolerance(curve, "atol"));
        var values = curve.GetProperty("value").EnumerateArray().ToList();
        for (var k = 0; k < values.Count; k++)
            for (var g = 0; g < rates.Length; g++)
                check.Close($"rate[{k}][{g}]", values[k][g].GetDouble(), schedule.Rate((long)k * processes, g, rates[g]), rtol, atol);
        if (expected.TryGetProperty("lr_reported_before_first_step", out var first))
            check.Close("before the first step", [.. first.GetProperty("value").EnumerateArray().Select(r => r.GetDouble())], [.. rates.Select((r, g) => schedule.Rate(0, g, r))], rtol, atol);
        if (expected.TryGetProperty("beta1_per_optimizer_step", out var momentum))
            check.Close("beta1", [.. momentum.GetProperty("value").EnumerateArray().Select(b => b.GetDouble())],
                [.. Enumerable.Range(0, momentum.GetProperty("value").GetArrayLength()).Select(k => schedule.Momentum(k) ?? double.NaN)], GoldenTensors.Tolerance(momentum, "rtol"), GoldenTensors.Tolerance(momentum, "atol"));
        if (failure is not null)
            CompareFailure(int.Parse(failure.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture), config, schedule, length, check);
    }

    internal static void ReplayLoop(JsonElement settings, JsonElement expected, GoldenCheck check)
    {
        var steps = settings.GetProperty("max_train_steps").GetInt32();
        var config = Import(settings, steps);
        var schedule = ScheduleChoice.Create(config, Length(config, steps), groups: 1);
        var updates = new Accumulation(settings.GetProperty("gradient_accumulation_steps").GetInt32());
        var (rate, batches, done) = (settings.GetProperty("learning_rate").GetDouble(), settings.GetProperty("batches_per_epoch").GetInt32(), 0);
        var (rtol, atol) = (GoldenTensors.Tolerance(expected, "rtol"), GoldenTensors.Tolerance(expected, "atol"));
        foreach (var row in expected.GetProperty("value").EnumerateArray())
        {
            var (what, index) = ($"epoch {row[0]} batch {row[1]}", row[1].GetInt32());
            var isUpdate = updates.EndsAt(index, batches);
            check.Equal(what + " updates", row[2].GetBoolean(), isUpdate);
            check.Close(what + " rate", row[3].GetDouble(), schedule.Rate(done, 0, rate), rtol, atol);
            done += isUpdate ? 1 : 0;
            check.Close(what + " rate logged after", row[4].GetDouble(), schedule.Rate(done, 0, rate), rtol, atol);
        }
        check.Equal("updates", steps, done);
    }

    /// <summary>The import of a command as a user has it: flags of the trainer's script.</summary>
    internal static LoraConfig Import(IEnumerable<string> flags) =>
        CommandLineImporter.Read(["train_network.py", .. flags], Path.GetTempPath(), null, ConfigSourceKind.CommandLine);

    /// <summary>A step count as the peer parsed it: a whole number of steps, or a ratio.</summary>
    internal static void CompareSteps(string what, JsonElement parsed, StepsOrShare got, GoldenCheck check)
    {
        check.Close(what, parsed[1].GetDouble(), got.Value, 0);
        if (got.Value > 0)
            check.Equal(what + " is a ratio", parsed[0].GetString() == "float", got.IsShare);
    }

    internal static TrainingLength Length(LoraConfig config, int steps) =>
        StepArithmetic.Compute(config.With(nameof(TrainingSettings.MaxTrainSteps), steps).With(nameof(TrainingSettings.MaxTrainEpochs), null), 1, steps, false);

    private static LoraConfig Import(JsonElement settings, int steps)
    {
        var flags = settings.GetProperty("command_line").EnumerateArray().Select(word => word.GetString()!).ToList();
        flags.AddRange(["--learning_rate", settings.GetProperty("learning_rate").GetRawText(), "--max_train_steps", $"{steps}"]);
        if (settings.TryGetProperty("optimizer_type", out var optimizer) && optimizer.GetString() is { Length: > 0 } type)
            flags.AddRange(["--optimizer_type", type]);
        AddList("optimizer_args");
        AddList("lr_scheduler_args");
        return Import(flags);

        void AddList(string name)
        {
            if (settings.TryGetProperty(name, out var list) && list.GetArrayLength() > 0)
                flags.AddRange(["--" + name, .. list.EnumerateArray().Select(item => item.GetString()!)]);
        }
    }

    /// <summary>Why these settings cannot be trained: an entry that the import did not take, or an error of the validation.</summary>
    private static ConfigProblem? Refusal(LoraConfig config) =>
        config.Origin!.Notes.Where(note => note.Outcome is ImportOutcome.Ignored or ImportOutcome.Unknown)
            .Select(note => new ConfigProblem(note.Setting ?? note.Source, note.Message, ""))
            .Concat(config.Validate().Where(problem => !problem.IsWarning && problem.Setting.StartsWith("Lr", StringComparison.Ordinal)))
            .FirstOrDefault();

    private static string? NameInOtherCase(JsonElement settings)
    {
        var words = settings.GetProperty("command_line").EnumerateArray().Select(word => word.GetString()!).ToList();
        var name = words[words.IndexOf("--lr_scheduler") + 1];
        return SettingText.Words(typeof(LrScheduler)).Any(word => word != name && word.Equals(name, StringComparison.OrdinalIgnoreCase)) ? name : null;
    }

    // The peer fails in a step after the last one, or in the midst of a training that is longer than the schedule: we say so before the training.
    private static void CompareFailure(int step, LoraConfig config, LearningRateSchedule schedule, TrainingLength length, GoldenCheck check)
    {
        var isFound = ScheduleRules.CheckLength(config, length).Any();
        if (step < length.TotalSteps)
            check.True($"the peer fails in step {step}, and nothing was said before the training", isFound);
        else
            check.True($"the peer fails in step {step}, which was computed and not warned of", isFound || Throws(() => schedule.Rate(step, 0, 1)));
    }

    private static bool Throws(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (TrainingException)
        {
            return true;
        }
    }
}
