using System.Text.Json;
using KohyaPS.Engine.Training;
using KohyaPS.Engine.Training.Schedules;
using KohyaPS.Engine.Training.Setup;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>A few parameters by hand: the test vectors of the formulas.</summary>
internal static class VectorReplay
{
    // A group whose rate nobody gives: Adafactor finds its own.
    private const double AnyRate = 1e-3;

    /// <summary>All cases of a file of vectors.</summary>
    public static IEnumerable<GoldenCase> Cases(JsonElement vectors)
    {
        var previous = "";
        foreach (var entry in vectors.GetProperty("optimizer_cases").EnumerateArray().Select(e => e.Clone()))
        {
            var named = entry.GetProperty("optimizer").GetString()!;
            var name = named == "same" ? previous : named;
            previous = name;
            yield return new("vectors." + entry.GetProperty("id").GetString(), check => Replay(entry, name, check));
        }
        foreach (var entry in vectors.GetProperty("large_8bit_cases").EnumerateArray().Select(e => e.Clone()))
            yield return new("vectors." + entry.GetProperty("id").GetString(), check => ReplayLarge(entry, check));
        var quantiser = vectors.GetProperty("quantiser_cases").Clone();
        yield return new("vectors.quantiser", check => CompareCodes(quantiser, check));
    }

    private static void Replay(JsonElement entry, string name, GoldenCheck check)
    {
        // The kernels of bitsandbytes compute in float32 whatever they are given.
        if (!name.Contains("8bit", StringComparison.Ordinal) && !name.Contains("Paged", StringComparison.Ordinal) && !name.Contains("bitsandbytes", StringComparison.Ordinal) && !name.Contains("prodigyplus", StringComparison.Ordinal))
            Replay(entry, name, "values", float64, "float64", check);
        Replay(entry, name, entry.TryGetProperty("values_float32", out _) ? "values_float32" : "values", float32, "float32", check);
    }

    private static void Replay(JsonElement entry, string name, string values, ScalarType dtype, string precision, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var config = Config(entry, name);
        var initial = entry.GetProperty("initial").EnumerateArray().Select(Values).ToList();
        using var parameters = new RecordedParameters([(config.Optimizer.LearningRate, [.. initial.Select((v, i) => ($"p{i}", (IReadOnlyList<long>)v.shape))])], dtype);
        for (var i = 0; i < initial.Count; i++)
            parameters.SetValue($"p{i}", initial[i]);
        using var optimizer = OptimizerChoice.Create(config, parameters.Groups);
        var rates = entry.TryGetProperty("lr_per_step", out var perStep) ? perStep.EnumerateArray().Select(r => r.GetDouble() / config.Optimizer.LearningRate).ToArray() : null;
        var update = new WeightUpdate(parameters.Groups, optimizer, new FactorSchedule(step => rates is null ? 1 : rates[step]), 0);
        var gradients = entry.GetProperty("gradients").EnumerateArray().ToList();
        var tolerance = entry.GetProperty("tolerance");
        for (var step = 0; step < gradients.Count; step++)
        {
            parameters.Groups[0].ZeroGradients();
            for (var i = 0; i < initial.Count; i++)
            {
                if (gradients[step][i].ValueKind != JsonValueKind.Null)
                    parameters.SetGradient($"p{i}", Values(gradients[step][i]));
            }
            update.Apply(step);
            Compare(values, step);
            if (precision == "float64" && entry.TryGetProperty("values_eval_mode", out _))
            {
                optimizer.Evaluate();
                Compare("values_eval_mode", step);
                optimizer.Train();
            }
            if (entry.TryGetProperty(precision == "float64" ? "d" : "d_float32", out var d))
                check.Close($"{precision} d@{step + 1}", d[step].GetDouble(), optimizer.Groups[0].Numbers["d"], tolerance.GetProperty("d_rel_" + precision).GetDouble());
        }

        void Compare(string source, int step)
        {
            for (var i = 0; i < initial.Count; i++)
                check.Close($"{precision} p{i}@{step + 1}", GoldenTensors.Doubles(Values(entry.GetProperty(source)[step][i])), GoldenTensors.Doubles(parameters[$"p{i}"]), 0, tolerance.GetProperty(precision + "_abs").GetDouble());
        }
    }

    private static void ReplayLarge(JsonElement entry, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var config = Config(entry, entry.GetProperty("optimizer").GetString()! + (entry.GetProperty("block_size").GetInt32() == 2048 ? " < 0.50" : ""));
        var count = entry.GetProperty("n").GetInt64();
        using var parameters = new RecordedParameters([(config.Optimizer.LearningRate, [("p", [count])])], float32);
        parameters.SetValue("p", HashStream.Tensor(1, 0.25, [count]));
        using var optimizer = OptimizerChoice.Create(config, parameters.Groups);
        var update = new WeightUpdate(parameters.Groups, optimizer, new FactorSchedule(_ => 1), 0);
        var tolerance = entry.GetProperty("tolerance");
        var step = 0;
        foreach (var result in entry.GetProperty("results").EnumerateArray())
        {
            step++;
            parameters.SetGradient("p", tensor([.. HashStream.Unit(99 + step, count).Zip(HashStream.Spread(99 + step, count), (u, s) => u * s)]));
            update.Apply(step - 1);
            var samples = result.GetProperty("p_samples");
            var index = tensor([.. samples.GetProperty("index").EnumerateArray().Select(i => i.GetInt64())]);
            check.Close($"p@{step}", [.. samples.GetProperty("value").EnumerateArray().Select(v => v.GetDouble())], GoldenTensors.Doubles(parameters["p"].index_select(0, index)), 0, tolerance.GetProperty("p_abs").GetDouble());
            foreach (var moment in new[] { "1", "2" }.Where(m => result.TryGetProperty($"state{m}_code_sum", out _)))
            {
                var codes = parameters.State(optimizer, "p", "state" + moment)!;
                // Codes may be off by one; a sum tells at most how many.
                check.AtMost($"sum of codes {moment}@{step}", tolerance.GetProperty("code_mismatch_max_count").GetDouble(), Math.Abs(codes.to(int64).sum().ToDouble() - result.GetProperty($"state{moment}_code_sum").GetDouble()));
                var largest = parameters.State(optimizer, "p", "absmax" + moment)!;
                check.Close($"absmax{moment}@{step}", [.. result.GetProperty($"absmax{moment}_first8").EnumerateArray().Select(v => v.GetDouble())], [.. GoldenTensors.Doubles(largest).Take(8)], tolerance.GetProperty("absmax_rel").GetDouble());
            }
        }
    }

    private static void CompareCodes(JsonElement quantiser, GoldenCheck check)
    {
        foreach (var map in quantiser.EnumerateObject())
        {
            var code = map.Name == "signed" ? Engine.Training.Optimizers.DynamicCode.Signed : Engine.Training.Optimizers.DynamicCode.Unsigned;
            foreach (var row in map.Value.EnumerateArray())
            {
                using var x = tensor([(float)row.GetProperty("x").GetDouble()]);
                using var got = Engine.Training.Optimizers.DynamicCode.Nearest(x, code.LimitsOn(CPU));
                check.Equal($"{map.Name} code of {row.GetProperty("x")}", row.GetProperty("code").GetInt32(), (int)got[0].item<byte>());
            }
        }
    }

    private static LoraConfig Config(JsonElement entry, string name)
    {
        var settings = entry.GetProperty("hyperparameters").EnumerateObject().ToList();
        var rate = settings.Find(s => s.Name == "lr").Value;
        return new()
        {
            Optimizer = new()
            {
                OptimizerType = (OptimizerType)(SettingText.Choice(typeof(OptimizerType), name.Split(' ')[0]) ?? throw new NotSupportedException($"the optimizer {name}")),
                LearningRate = rate.ValueKind == JsonValueKind.Number ? rate.GetDouble() : AnyRate,
                OptimizerArgs = [.. settings.Where(s => s.Name != "lr").Select(s => $"{s.Name}={Literal(s.Value)}")],
            },
            Runtime = new() { Compatibility = name.Contains("< 0.50", StringComparison.Ordinal) ? Compatibility.Kohya2188 : Compatibility.None },
        };
    }

    private static string Literal(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Null => "None",
        _ => value.GetRawText(),
    };

    // Nested lists of numbers.
    private static Tensor Values(JsonElement nested)
    {
        var shape = new List<long>();
        for (var inner = nested; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
            shape.Add(inner.GetArrayLength());
        return tensor(Flat(nested).ToArray()).reshape([.. shape]);
    }

    private static IEnumerable<double> Flat(JsonElement nested) =>
        nested.ValueKind == JsonValueKind.Array ? nested.EnumerateArray().SelectMany(Flat) : [nested.GetDouble()];
}
