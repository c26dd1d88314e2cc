using System.Text.Json;
using KohyaPS.Engine.Training;
using KohyaPS.Engine.Training.Saving;
using KohyaPS.Engine.Training.Setup;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>A name with arguments: the class and its settings, or a refusal.</summary>
internal static class SelectionReplay
{
    private const int Steps = 100;

    // What the peer's trainer says where a class does not exist. Names that it knows in one spelling only are known here in any.
    private static readonly string[] UnknownClass = ["AttributeError", "ModuleNotFoundError"];

    public static void Run(OptimizerCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var settings = recorded.Settings;
        // The peer's scheduler calls lower() on it; no type is the empty one.
        var isNullType = settings.GetProperty("optimizer_type").ValueKind == JsonValueKind.Null;
        var error = !isNullType && recorded.Expected.TryGetProperty("error", out var found) ? found.GetProperty("value") : (JsonElement?)null;
        var rates = settings.GetProperty("lrs").EnumerateArray().Select(r => (double?)r.GetDouble()).ToList();
        LoraConfig config;
        try
        {
            config = recorded.Config(rates, Steps);
        }
        catch (ConfigFormatException refusal)
        {
            check.True($"read: {refusal.Message}", error is not null);
            return;
        }
        if (error is { } wanted && UnknownClass.Contains(wanted.GetProperty("type").GetString()) && config.Optimizer.OptimizerClass is null)
        {
            check.Equal("the same name in another spelling", config.Optimizer.OptimizerType.ToString().ToUpperInvariant(), settings.GetProperty("optimizer_type").GetString()!.ToUpperInvariant());
            return;
        }
        var problems = OptimizerRules.Check(config).Concat(ScheduleRules.Check(config)).Concat(AvailabilityRules.Check(config)).ToList();
        var refused = TryFirstStep(config, rates, out var reported);
        if (error is not null)
        {
            check.True("the peer refuses this; here nothing is said", refused is not null || problems.Count > 0);
            return;
        }
        check.True($"refused: {refused}", refused is null);
        check.EqualList("problems", [], [.. problems.Where(p => !p.IsWarning).Select(p => p.Message)]);
        if (refused is null)
            Compare(recorded.Expected, config, rates, reported, check);
    }

    private static string? TryFirstStep(LoraConfig config, List<double?> rates, out double[] reported)
    {
        reported = [];
        using var parameters = new RecordedParameters(rates.Select((rate, i) => (rate!.Value, (IReadOnlyList<(string, IReadOnlyList<long>)>)[($"p{i}", (IReadOnlyList<long>)[4, 32])])), float32);
        try
        {
            using var optimizer = OptimizerChoice.Create(config, parameters.Groups);
            var update = new WeightUpdate(parameters.Groups, optimizer, ScheduleChoice.Create(config, StepArithmetic.Compute(config, Steps, Steps, hasRegularization: false), parameters.Groups.Count), config.Optimizer.MaxGradNorm);
            reported = [.. (config.Optimizer.IsRelativeStep ? update.EffectiveRates : update.Rates(0)).Select(r => r.Value)];
            foreach (var name in parameters.Names)
                parameters.SetGradient(name, ones(4, 32));
            update.Apply(0);
            return null;
        }
        catch (TrainingException refusal)
        {
            return refusal.Message;
        }
    }

    private static void Compare(JsonElement expected, LoraConfig config, List<double?> rates, double[] reported, GoldenCheck check)
    {
        var relative = config.Optimizer.IsRelativeStep;
        check.Equal("optimizer_name", Text(expected, "optimizer_name"), OptimizerCatalogue.Get(config.Optimizer.OptimizerType).PythonClass);
        check.Equal("optimizer_args_text", Text(expected, "optimizer_args_text"), OptimizerText.Arguments(config.Optimizer));
        check.Equal("ss_optimizer", Text(expected, "ss_optimizer"), OptimizerText.Of(config.Optimizer));
        check.Equal("learning_rate_after", relative, expected.GetProperty("learning_rate_after").GetProperty("value").ValueKind == JsonValueKind.Null);
        check.EqualList("group_lrs", [.. expected.GetProperty("group_lrs").GetProperty("value").EnumerateArray().Select(Optional)], [.. rates.Select(rate => relative ? null : rate)]);
        check.Equal("lr_scheduler_after", Text(expected, "lr_scheduler_after"), OptimizerText.Schedule(config));
        if (expected.TryGetProperty("scheduler_class", out var schedule))
            check.Equal("own schedule", schedule.GetProperty("value").GetString() != "LambdaLR", config.Optimizer.OwnsSchedule);
        if (expected.TryGetProperty("lr_reported_first", out var first))
            check.EqualList("lr_reported_first", [.. first.GetProperty("value").EnumerateArray().Select(v => v.GetDouble())], reported);
        var arguments = OptimizerArguments.Read(config.Optimizer, out _);
        foreach (var value in expected.GetProperty("defaults").GetProperty("value").EnumerateObject().Where(d => arguments.Has(d.Name)))
            CompareDefault(value, arguments[value.Name], check);
    }

    private static void CompareDefault(JsonProperty want, object? got, GoldenCheck check)
    {
        // Where the peer works out a default (beta3 = sqrt(beta2)), ours is still open.
        if (got is null && want.Value.ValueKind == JsonValueKind.Number)
            return;
        var name = "default of " + want.Name;
        switch (want.Value.ValueKind)
        {
            case JsonValueKind.Null:
                check.Equal<object?>(name, null, got);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                check.Equal(name, want.Value.GetBoolean(), got is true);
                break;
            case JsonValueKind.Array:
                check.EqualList(name, [.. want.Value.EnumerateArray().Select(v => (object)v.GetDouble())], [.. ((PythonSequence)got!).Items.Select(i => i!)]);
                break;
            default:
                var number = want.Value.ValueKind == JsonValueKind.String ? double.PositiveInfinity : want.Value.GetDouble();
                check.Equal(name, number, Convert.ToDouble(got, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    private static double? Optional(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetDouble();

    private static string Text(JsonElement expected, string name) => expected.GetProperty(name).GetProperty("value").GetString()!;
}
