using System.Text.Json;
using KohyaPS.Engine.Training;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Saving;
using KohyaPS.Engine.Training.Schedules;
using KohyaPS.Engine.Training.Setup;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>Replays a trace: the settings choose optimizer and schedule, closed formulas give weights and gradients, everything that comes out is compared.</summary>
internal sealed class TraceReplay(OptimizerCase recorded, GoldenCheck check, bool isFloat64 = false)
{
    private readonly JsonElement expected = recorded.Recorded.GetProperty(isFloat64 ? "expected_float64" : "expected");
    private readonly int steps = recorded.Inputs.GetProperty("steps").GetInt32();

    public void Run()
    {
        if (!recorded.IsBinding)
            GoldenCheck.Skip("recorded for information: " + recorded.Recorded.GetProperty("note").GetString());
        using var scope = NewDisposeScope();
        var shapes = recorded.Inputs.GetProperty("params").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!);
        var groups = recorded.Inputs.GetProperty("groups").EnumerateArray().ToList();
        var rates = groups.Select(g => g.TryGetProperty("lr", out var lr) && lr.ValueKind == JsonValueKind.Number ? lr.GetDouble() : (double?)null).ToList();
        var config = recorded.Config(rates, steps);
        var dtype = isFloat64 ? float64 : shapes.Values.First().GetProperty("dtype").GetString() == "bfloat16" ? bfloat16 : float32;
        using var parameters = new RecordedParameters(
            groups.Select((g, i) => (rates[i] ?? config.Optimizer.LearningRate, Shapes(g.GetProperty("params"), shapes))), dtype);
        var source = new TraceGradients(shapes.Values, parameters, dtype);
        using var optimizer = OptimizerChoice.Create(config, parameters.Groups);
        var schedule = ScheduleChoice.Create(config, StepArithmetic.Compute(config, steps, steps, hasRegularization: false), parameters.Groups.Count);
        Replay(config, parameters, source, optimizer, schedule);
        foreach (var entry in expected.EnumerateObject())
            CompareEnd(entry, config, parameters, optimizer);
    }

    private static IReadOnlyList<(string Name, IReadOnlyList<long> Shape)> Shapes(JsonElement names, Dictionary<string, JsonElement> shapes) =>
        [.. names.EnumerateArray().Select(n => n.GetString()!).Select(n => (n, (IReadOnlyList<long>)[.. shapes[n].GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())]))];

    private void Replay(LoraConfig config, RecordedParameters parameters, TraceGradients source, FlatOptimizer optimizer, LearningRateSchedule schedule)
    {
        var update = new WeightUpdate(parameters.Groups, optimizer, schedule, config.Optimizer.MaxGradNorm);
        var (rates, reported, norms, adapted) = (new List<double[]>(), new List<double[]>(), new List<double>(), new List<double[]>());
        for (var step = 1; step <= steps; step++)
        {
            using var scope = NewDisposeScope();
            foreach (var group in parameters.Groups)
                group.ZeroGradients();
            source.Set(step);
            rates.Add(Rates(step - 1));
            norms.Add(update.Apply(step - 1));
            reported.Add(Rates(step));
            if (expected.TryGetProperty("d_per_step", out _))
                adapted.Add([.. optimizer.Groups.Select(g => g.Numbers["d"])]);
            CompareStep(step, parameters, optimizer);
        }
        // An optimizer's own rates follow from its weights: those after each step have a tolerance for that, and they are those of the next step.
        if (!(config.Optimizer.OwnsSchedule && expected.TryGetProperty("reported_lr_after_step", out _)))
            ComparePerStep("lr_per_step", rates);
        ComparePerStep("reported_lr_after_step", reported);
        ComparePerStep("d_per_step", adapted);
        ComparePerStep("grad_norm_per_step", [.. norms.Select(n => new[] { n })]);

        double[] Rates(int done) => [.. (config.Optimizer.IsRelativeStep ? update.EffectiveRates : update.Rates(done)).Select(r => r.Value)];
    }

    private void CompareStep(int step, RecordedParameters parameters, FlatOptimizer optimizer)
    {
        foreach (var name in parameters.Names)
        {
            if (expected.TryGetProperty($"param/{name}@{step}", out var want))
                recorded.Tensors!.Compare(check, $"param/{name}@{step}", want, parameters[name]);
        }
        if (!parameters.Names.Any(name => expected.TryGetProperty($"eval/{name}@{step}", out _)))
            return;
        optimizer.Evaluate();
        foreach (var name in parameters.Names)
        {
            if (expected.TryGetProperty($"eval/{name}@{step}", out var want))
                recorded.Tensors!.Compare(check, $"eval/{name}@{step}", want, parameters[name]);
        }
        optimizer.Train();
    }

    private void ComparePerStep(string name, List<double[]> got)
    {
        if (!expected.TryGetProperty(name, out var want))
            return;
        var values = want.GetProperty("value").EnumerateArray()
            .SelectMany(v => v.ValueKind == JsonValueKind.Array ? v.EnumerateArray().Select(e => e.GetDouble()) : [v.GetDouble()]).ToArray();
        var perStep = values.Length / Math.Max(1, got.Count);
        check.Close(name, values, [.. got.SelectMany(g => g.Take(perStep))], GoldenTensors.Tolerance(want, "rtol"), GoldenTensors.Tolerance(want, "atol"));
    }

    private void CompareEnd(JsonProperty entry, LoraConfig config, RecordedParameters parameters, FlatOptimizer optimizer)
    {
        switch (entry.Name.Split('@')[0].Split('/'))
        {
            // A switch of the peer for a rule that is not offered.
            case ["state", _, "muon"]:
                break;
            case ["state", var parameter, var key]:
                CompareState(entry, parameters.State(optimizer, parameter, key));
                break;
            case ["group", var index, var key]:
                var group = optimizer.Groups[int.Parse(index, System.Globalization.CultureInfo.InvariantCulture)];
                if (group.Numbers.TryGetValue(key, out var number))
                    check.Close(entry.Name, Number(entry.Value), number, GoldenTensors.Tolerance(entry.Value, "rtol"), GoldenTensors.Tolerance(entry.Value, "atol"));
                else
                    check.True($"{entry.Name}: the optimizer keeps no such number", false);
                break;
            case ["optimizer_name"]:
                check.Equal(entry.Name, entry.Value.GetProperty("value").GetString()!, OptimizerCatalogue.Get(config.Optimizer.OptimizerType).PythonClass);
                break;
            case ["optimizer_args_text"]:
                check.Equal(entry.Name, entry.Value.GetProperty("value").GetString()!, OptimizerText.Arguments(config.Optimizer));
                break;
        }
    }

    private void CompareState(JsonProperty entry, Tensor? got)
    {
        var (name, want) = (entry.Name, entry.Value);
        if (got is null)
            check.True($"{name}: the optimizer keeps no such state", false);
        else if (want.TryGetProperty("max_codes_off", out var mostOff))
            CompareCodes(name, recorded.Tensors![want], got, mostOff.GetInt32(), want.GetProperty("max_code_distance").GetInt32());
        else if (want.TryGetProperty("tensor", out _))
            recorded.Tensors!.Compare(check, name, want, got);
        else
            check.Close(name, Numbers(want.GetProperty("value")), GoldenTensors.Doubles(got), GoldenTensors.Tolerance(want, "rtol"), GoldenTensors.Tolerance(want, "atol"));
    }

    private void CompareCodes(string name, Tensor want, Tensor got, int mostOff, int furthest)
    {
        check.EqualList(name + " type", [ScalarType.Byte], [got.dtype]);
        var distance = (want.to(int32).reshape(-1) - got.to(int32).reshape(-1)).abs();
        check.AtMost(name + " codes off", mostOff, distance.ne(0).sum().ToDouble());
        check.AtMost(name + " distance", furthest, distance.max().ToDouble());
    }

    private static double[] Numbers(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().SelectMany(Numbers)] : [value.ValueKind == JsonValueKind.String ? Special(value.GetString()!) : value.GetDouble()];

    private static double Number(JsonElement entry) => Numbers(entry.GetProperty("value"))[0];

    private static double Special(string text) => text switch
    {
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => double.NaN,
    };
}
