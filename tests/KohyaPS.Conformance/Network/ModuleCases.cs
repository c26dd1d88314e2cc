using System.Text.Json;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Networks.Lora;
using KohyaPS.Engine.Networks.Oft;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Network;

/// <summary>One adapter on one layer: forward and backward, merging, norms.</summary>
internal static class ModuleCases
{
    public static void ReplayModule(JsonElement recorded, GoldenTensors tensors, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var settings = recorded.GetProperty("settings");
        var inputs = recorded.GetProperty("inputs");
        var expected = recorded.GetProperty("expected");
        var layer = LayerOf(settings.GetProperty("layer"), inputs, tensors);
        using var network = AttachedNetwork.Attach(
            PlanOf(settings, layer), NetworkOf(settings), seed: 0, draws: new RecordedDraws(recorded.GetProperty("draws"), tensors));
        network.Multiplier = settings.GetProperty("multiplier").GetDouble();
        network.IsTraining = settings.GetProperty("training").GetBoolean();
        var report = network.Load(FileOf(settings, inputs, tensors));
        check.Equal("parameters without values", 0, report.Missing.Count);

        var x = tensors[inputs.GetProperty("x")];
        x.requires_grad = true;
        var y = layer.Forward(x);
        tensors.Compare(check, "y", expected.GetProperty("y"), y);
        if (expected.TryGetProperty("rotation", out var rotation))
            tensors.Compare(check, "rotation", rotation, ((OftAdapter)network.Adapters[0]).Rotation());
        if (expected.TryGetProperty("saved_alpha", out var alpha))
            check.Equal("saved alpha", alpha.GetProperty("value").GetDouble(), network.Adapters[0].Alpha);
        if (!inputs.TryGetProperty("grad_out", out var gradient))
            return;
        y.backward([tensors[gradient]]);
        tensors.Compare(check, "grad_x", expected.GetProperty("grad_x"), x.grad!);
        foreach (var (key, suffix) in new[] { ("grad_down", "lora_down.weight"), ("grad_up", "lora_up.weight"), ("grad_oft_blocks", "oft_blocks") })
            if (expected.TryGetProperty(key, out var want))
                CompareGradient(check, tensors, key, want, network.Adapters[0].Parameters.Single(p => p.Name.EndsWith(suffix, StringComparison.Ordinal)));
    }

    public static void ReplayMerge(JsonElement recorded, GoldenTensors tensors, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var settings = recorded.GetProperty("settings");
        var inputs = recorded.GetProperty("inputs");
        var expected = recorded.GetProperty("expected");
        var weight = tensors[inputs.GetProperty("weight")];
        var factor = settings.GetProperty("multiplier").GetDouble() * settings.GetProperty("network_alpha").GetDouble() / settings.GetProperty("network_dim").GetInt32();
        var delta = LoraDelta.Compute(tensors[inputs.GetProperty("down")], tensors[inputs.GetProperty("up")], factor, weight.shape);
        tensors.Compare(check, "delta", expected.GetProperty("delta"), delta);
        tensors.Compare(check, "merged", expected.GetProperty("merged"), weight + delta);
    }

    public static void ReplayMaxNorm(JsonElement recorded, GoldenTensors tensors, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var expected = recorded.GetProperty("expected");
        var file = recorded.GetProperty("inputs").EnumerateObject().ToDictionary(
            i => i.Name, i => i.Value.ValueKind == JsonValueKind.Number ? tensor(i.Value.GetDouble()) : tensors[i.Value]);
        using var network = FileNetwork.Of(file);
        var result = MaxNorm.Apply(network.Adapters.Cast<LoraAdapter>(), recorded.GetProperty("settings").GetProperty("scale_weight_norms").GetDouble());
        Number("keys_scaled", result.KeysScaled);
        Number("mean_norm", result.Mean);
        Number("maximum_norm", result.Largest);
        var after = network.Export().ToDictionary(t => t.Name, t => t.Value);
        foreach (var want in expected.EnumerateObject().Where(e => e.Name.StartsWith("after/", StringComparison.Ordinal)))
            tensors.Compare(check, want.Name, want.Value, after[want.Name["after/".Length..]]);

        void Number(string name, double got)
        {
            var want = expected.GetProperty(name);
            check.Close(name, want.GetProperty("value").GetDouble(), got, GoldenTensors.Tolerance(want, "rtol"), GoldenTensors.Tolerance(want, "atol"));
        }
    }

    private static void CompareGradient(GoldenCheck check, GoldenTensors tensors, string what, JsonElement want, AdapterParameter parameter)
    {
        if (want.ValueKind == JsonValueKind.Null || (want.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Null))
            check.True($"{what}: want none", parameter.Group is null || !parameter.Group.HasGradient[parameter.Index]);
        else
            tensors.Compare(check, what, want, parameter.Value.grad!.view(tensors[want].shape));   // DyLoRA records 1x1 kernels as matrices
    }

    private static RecordedLayer LayerOf(JsonElement layer, JsonElement inputs, GoldenTensors tensors)
    {
        var isLinear = layer.GetProperty("type").GetString() == "linear";
        return new(
            tensors[inputs.GetProperty("weight")],
            inputs.TryGetProperty("bias", out var bias) && bias.ValueKind != JsonValueKind.Null ? tensors[bias] : null,
            isLinear ? 1 : layer.GetProperty("stride")[0].GetInt32(),
            isLinear ? 0 : layer.GetProperty("padding")[0].GetInt32());
    }

    private static NetworkPlan PlanOf(JsonElement settings, RecordedLayer layer) => NetworkPlan.FromRanks(
        NetworkOf(settings), new(), [TargetLayer.Of(NetworkPart.Unet, layer)],
        new Dictionary<string, (int, double?)> { [NameOf(settings)] = (settings.GetProperty("network_dim").GetInt32(), settings.GetProperty("network_alpha").GetDouble()) });

    private static string NameOf(JsonElement settings) => settings.GetProperty("network").GetString() == "oft" ? "oft_unet_layer" : "lora_unet_layer";

    private static NetworkSettings NetworkOf(JsonElement settings) => new()
    {
        NetworkModule = settings.GetProperty("network").GetString() switch
        {
            "lora" => NetworkModule.Lora,
            "lora_fa" => NetworkModule.LoraFa,
            "dylora" => NetworkModule.Dylora,
            "oft" => NetworkModule.Oft,
            var other => throw new GoldenSkipException($"a network this project does not know: {other}"),
        },
        NetworkDropout = Optional(settings, "network_dropout"),
        RankDropout = Optional(settings, "rank_dropout"),
        ModuleDropout = Optional(settings, "module_dropout"),
        EnableAllLinear = true,
        Unit = Optional(settings, "unit") is { } unit ? (int)unit : null,
    };

    private static Dictionary<string, Tensor> FileOf(JsonElement settings, JsonElement inputs, GoldenTensors tensors)
    {
        var file = new Dictionary<string, Tensor>();
        foreach (var (input, suffix) in new[] { ("down", "lora_down.weight"), ("up", "lora_up.weight"), ("oft_blocks", "oft_blocks") })
            if (inputs.TryGetProperty(input, out var reference))
                file[$"{NameOf(settings)}.{suffix}"] = tensors[reference];
        if (Optional(settings, "alpha_in_file") is { } alpha)
            file[$"{NameOf(settings)}.alpha"] = tensor(alpha);
        return file;
    }

    private static double? Optional(JsonElement settings, string name) =>
        settings.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
