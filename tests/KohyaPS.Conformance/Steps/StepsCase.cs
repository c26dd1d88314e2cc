using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Tokenization;
using KohyaPS.Engine.Training;
using KohyaPS.Engine.Training.Setup;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Steps;

/// <summary>Replays one training: settings become a configuration, the recorded batches and draws go in, everything that comes out is compared.</summary>
internal static class StepsCase
{
    public static void Replay(string file, JsonElement layouts, GoldenCheck check)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var recorded = json.RootElement;
        var inputs = recorded.GetProperty("inputs");
        var model = inputs.GetProperty("model").GetString()!;
        using var scope = NewDisposeScope();
        using var tensors = GoldenTensors.Beside(file)!;
        var family = FamilyOf(inputs, recorded.GetProperty("settings"));
        var config = ConfigOf(recorded.GetProperty("settings"), family);
        using var checkpoint = Checkpoint.Open(Path.Combine(Path.GetDirectoryName(file)!, model), new CheckpointOptions { Family = family });
        // Where a training would compute: on the card, when the CUDA natives are loaded.
        var device = TorchRuntime.Start().Device.Device;
        using var models = LoadedModels.Load(checkpoint, config, float32, device, _ => { }, Tokenizers(inputs.GetProperty("tokenizer")));
        check.Equal("vae_scale_factor", inputs.GetProperty("vae_scale_factor").GetDouble(), models.ScalingFactor);
        var batches = new RecordedBatches(recorded, tensors);
        var length = StepArithmetic.Compute(config, batches.BatchesPerEpoch, batches.BatchesPerEpoch, hasRegularization: false);
        using var setup = new TrainingSetup(config, models, length, seed: 0, device, new RecordedTrainingDraws(recorded, tensors));
        var weights = new FlatWeights(layouts.GetProperty(inputs.GetProperty("lora_layout").GetString()!), setup.Network);
        check.EqualList("parameters", weights.ExpectedNames, weights.Names);
        weights.Load(tensors[inputs.GetProperty("lora_initial")]);
        Run(recorded, tensors, setup, batches, weights, check);
    }

    private static void Run(JsonElement recorded, GoldenTensors tensors, TrainingSetup setup, RecordedBatches batches, FlatWeights weights, GoldenCheck check)
    {
        var expected = recorded.GetProperty("expected");
        var initial = weights.Values();
        var loop = setup.Loop(batches);
        var (losses, synced, norms, rates, maxNorms) = (new List<double>(), new List<bool>(), new List<double>(), new List<IReadOnlyList<double>>(), new List<double[]>());
        setup.Step.Observer = (name, value) => Observe(expected, tensors, check, losses.Count, name, value);
        loop.BeforeUpdate = () =>
        {
            if (norms.Count == 0)
                CompareGradient(expected, tensors, weights, check);
        };
        for (var i = 0; i < batches.Count; i++)
        {
            var outcome = loop.Advance();
            losses.Add(outcome.Loss);
            synced.Add(outcome.Updated);
            if (!outcome.Updated)
                continue;
            norms.Add(outcome.GradientNorm);
            if (outcome.WeightNorms is { } found)
                maxNorms.Add([found.KeysScaled, found.Mean, found.Largest]);
            rates.Add([.. outcome.LearningRates.Select(r => r.Value)]);
            CompareWeights($"weights_{norms.Count}", expected, tensors, initial, weights.Values(), check);
        }
        var (want, rtol) = Numbers(expected.GetProperty("losses"));
        check.Close("losses", want, [.. losses], rtol);
        check.EqualList("sync", [.. expected.GetProperty("sync").GetProperty("value").EnumerateArray().Select(v => v.GetBoolean())], synced);
        (want, rtol) = Numbers(expected.GetProperty("grad_norms"));
        check.Close("grad_norms", want, [.. norms], rtol);
        CompareMaxNorms(expected, maxNorms, check);
        CompareRates(expected, rates, loop, check);
    }

    // A mini model's widths do not tell its generation; the recorded inputs do.
    private static ModelFamily FamilyOf(JsonElement inputs, JsonElement settings) =>
        inputs.GetProperty("tokenizer").GetProperty("pad").GetArrayLength() > 1 ? ModelFamily.Sdxl
        : settings.TryGetProperty("v2", out var v2) && v2.ValueKind == JsonValueKind.True ? ModelFamily.Sd2 : ModelFamily.Sd1;

    // Of the recorded tokenizer only the ids that frame a text are of use: captions come as ids.
    private static IReadOnlyList<ClipTokenizer> Tokenizers(JsonElement tokenizer) =>
        [.. tokenizer.GetProperty("pad").EnumerateArray().Select(pad => new ClipTokenizer(ClipVocabulary.Clip,
            new(tokenizer.GetProperty("bos").GetInt32(), tokenizer.GetProperty("eos").GetInt32(), pad.GetInt32()), []))];

    private static LoraConfig ConfigOf(JsonElement settings, ModelFamily family)
    {
        var words = new List<string> { family == ModelFamily.Sdxl ? "sdxl_train_network.py" : "train_network.py", "--network_module", "networks.lora" };
        foreach (var setting in settings.EnumerateObject().Where(s => s.Value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null)))
        {
            words.Add("--" + setting.Name);
            words.AddRange(setting.Value.ValueKind switch
            {
                JsonValueKind.True => [],
                JsonValueKind.Array => setting.Value.EnumerateArray().Select(v => v.ToString()),
                _ => [setting.Value.ToString()],
            });
        }
        return ConfigFiles.ReadCommand(words, Path.Combine(Path.GetTempPath(), "train.sh"));
    }

    private static void Observe(JsonElement expected, GoldenTensors tensors, GoldenCheck check, int microBatch, string name, Tensor value)
    {
        if (microBatch != 0)
            return;
        if (name == "text_cond")
            CompareStates(expected, tensors, check, value);
        var key = name == "text_pooled" ? "first_text_cond_2" : "first_" + name;
        if (expected.TryGetProperty(key, out var reference))
            tensors.Compare(check, key, reference, value);
    }

    // The states of two encoders stand side by side; the peer records each alone.
    private static void CompareStates(JsonElement expected, GoldenTensors tensors, GoldenCheck check, Tensor states)
    {
        var (first, number) = (0L, 0);
        while (first < states.size(2) && expected.TryGetProperty($"first_text_cond_{number}", out var reference))
        {
            using var want = tensors[reference];
            using var part = states.narrow(2, first, Math.Min(want.size(2), states.size(2) - first));
            tensors.Compare(check, $"first_text_cond_{number}", reference, part);
            (first, number) = (first + want.size(2), number + 1);
        }
    }

    private static void CompareGradient(JsonElement expected, GoldenTensors tensors, FlatWeights weights, GoldenCheck check)
    {
        var reference = expected.GetProperty("first_gradient");
        using var want = tensors[reference];
        check.Close("first_gradient", GoldenTensors.Doubles(want), weights.Gradients(), GoldenTensors.Tolerance(reference, "rtol"), GoldenTensors.Tolerance(reference, "atol"));
    }

    private static void CompareWeights(string name, JsonElement expected, GoldenTensors tensors, double[] initial, double[] got, GoldenCheck check)
    {
        var reference = expected.GetProperty(name);
        using var tensor = tensors[reference];
        var want = GoldenTensors.Doubles(tensor);
        var bound = GoldenTensors.Tolerance(reference, "rtol_l2_of_change") * Distance(want, initial);
        check.AtMost($"{name} distance", bound, Distance(got, want));
        check.Close(name, want, got, 0, GoldenTensors.Tolerance(reference, "atol"));
    }

    private static void CompareMaxNorms(JsonElement expected, List<double[]> got, GoldenCheck check)
    {
        if (!expected.TryGetProperty("max_norm", out var reference))
            return;
        var want = reference.GetProperty("value").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray()).ToList();
        check.Equal("max_norm updates", want.Count, got.Count);
        for (var i = 0; i < Math.Min(want.Count, got.Count); i++)
            check.Close($"max_norm[{i}]", want[i], got[i], GoldenTensors.Tolerance(reference, "rtol"));
    }

    private static void CompareRates(JsonElement expected, List<IReadOnlyList<double>> rates, TrainingLoop loop, GoldenCheck check)
    {
        var reference = expected.GetProperty("learning_rates");
        var want = reference.GetProperty("value").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray()).ToList();
        check.Equal("updates", want.Count, rates.Count);
        for (var i = 0; i < Math.Min(want.Count, rates.Count); i++)
            check.Close($"learning_rates[{i}]", want[i], [.. rates[i]], GoldenTensors.Tolerance(reference, "rtol"));
        var (last, rtol) = Numbers(expected.GetProperty("learning_rates_after_last"));
        check.Close("learning_rates_after_last", last, [.. loop.LearningRates.Select(r => r.Value)], rtol, atol: 1e-18);
    }

    private static (double[] Values, double Rtol) Numbers(JsonElement reference) =>
        ([.. reference.GetProperty("value").EnumerateArray().Select(v => v.GetDouble())], GoldenTensors.Tolerance(reference, "rtol"));

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
}
