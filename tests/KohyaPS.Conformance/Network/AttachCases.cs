using System.Text.Json;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Networks;
using KohyaPS.Training;

namespace KohyaPS.Conformance.Network;

/// <summary>Which layers of the published models get an adapter, of what rank, and who trains it: planned from shapes alone.</summary>
internal static class AttachCases
{
    public static void Replay(JsonElement recorded, GoldenCheck check)
    {
        var settings = recorded.GetProperty("settings");
        var expected = recorded.GetProperty("expected");
        if (expected.TryGetProperty("error", out var error))
        {
            ReplayRefusal(settings, recorded.GetProperty("inputs"), error, check);
            return;
        }
        var plan = PlanOf(settings, recorded.GetProperty("inputs"));
        CompareGroups(expected.GetProperty("groups"), plan, check);
        CompareCounts(expected.GetProperty("counts").GetProperty("value"), plan, check);
        CompareModules([.. expected.GetProperty("modules").GetProperty("value").EnumerateArray()], plan, check);
        if (expected.TryGetProperty("block_lr_weight", out var factors))
        {
            double[] want = [.. factors.GetProperty("value").EnumerateArray().Select(f => f.GetDouble())];
            check.Close("block_lr_weight", want, BlockWeights.Parse(ConfigOf(settings).Network, want.Length) ?? [], GoldenTensors.Tolerance(factors, "rtol"));
        }
    }

    /// <summary>SDXL adapters that a file names in the words of diffusers, and their stored names.</summary>
    public static void ReplayNames(JsonElement recorded, GoldenCheck check)
    {
        foreach (var want in recorded.GetProperty("expected").GetProperty("names").GetProperty("value").EnumerateObject())
        {
            check.Equal(want.Name, want.Value.GetString(), LayerNames.ToOriginal(want.Name));
            check.Equal($"{want.Name} as it is stored", want.Value.GetString(), LayerNames.ToOriginal(want.Value.GetString()!));
        }
    }

    // What ends the peer with an assertion is refused here with words that name the setting.
    private static void ReplayRefusal(JsonElement settings, JsonElement inputs, JsonElement error, GoldenCheck check)
    {
        try
        {
            PlanOf(settings, inputs);
            check.True($"not refused, the peer says: {error.GetProperty("value").GetString()}", false);
        }
        catch (TrainingException refusal)
        {
            var names = settings.GetProperty("network_args").EnumerateObject().Select(a => a.Name.Replace("_", "", StringComparison.Ordinal));
            check.True($"names no setting: {refusal.Message}", names.Any(n => refusal.Message.Contains(n, StringComparison.OrdinalIgnoreCase)));
        }
    }

    private static NetworkPlan PlanOf(JsonElement settings, JsonElement inputs)
    {
        var config = ConfigOf(settings);
        var targets = FullSizeModel.Of(settings.GetProperty("model").GetString()!).Targets();
        if (!config.Network.DimFromWeights)
            return NetworkPlan.Create(config.Network, config.Optimizer, targets);
        var weights = inputs.GetProperty("weights").EnumerateArray().ToDictionary(w => w.GetProperty("key").GetString()!);
        var ranks = FileRanks.Of(
            weights.ToDictionary(w => w.Key, w => w.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray()),
            name => weights[name].GetProperty("value").GetDouble());
        return NetworkPlan.FromRanks(config.Network, config.Optimizer, targets, ranks);
    }

    // The settings as the command line that a user would type.
    private static LoraConfig ConfigOf(JsonElement settings)
    {
        var isSdxl = settings.GetProperty("model").GetString() == "sdxl";
        var words = new List<string> { isSdxl ? "sdxl_train_network.py" : "train_network.py", "--network_module", "networks.lora" };
        foreach (var setting in settings.EnumerateObject().Where(s => s.Name != "model"))
            switch (setting.Value.ValueKind)
            {
                case JsonValueKind.True:
                    words.Add("--" + setting.Name);
                    break;
                case JsonValueKind.Number:
                    words.AddRange(["--" + setting.Name, setting.Value.ToString()]);
                    break;
                case JsonValueKind.Array when setting.Value.GetArrayLength() > 0:
                    words.AddRange(["--" + setting.Name, .. setting.Value.EnumerateArray().Select(v => v.ToString())]);
                    break;
                case JsonValueKind.Object when setting.Value.EnumerateObject().Any():
                    words.AddRange(["--" + setting.Name, .. setting.Value.EnumerateObject().Select(v => $"{v.Name}={v.Value}")]);
                    break;
                // No rate at all trains nothing, as 0 does, which is how it is said here.
                case JsonValueKind.Null when setting.Name == "learning_rate":
                    words.AddRange(["--" + setting.Name, "0"]);
                    break;
                default:
                    break;
            }
        return ConfigFiles.ReadCommand(words, Path.Combine(Path.GetTempPath(), "train.sh"));
    }

    private static void CompareGroups(JsonElement expected, NetworkPlan plan, GoldenCheck check)
    {
        var want = expected.GetProperty("value").EnumerateArray().ToList();
        check.EqualList("groups", [.. want.Select(g => g.GetProperty("description").GetString()!)], [.. plan.Groups.Select(g => g.Description)]);
        check.Close("learning rates", [.. want.Select(g => g.GetProperty("lr").GetDouble())], [.. plan.Groups.Select(g => g.LearningRate)], GoldenTensors.Tolerance(expected, "rtol"));
    }

    private static void CompareCounts(JsonElement want, NetworkPlan plan, GoldenCheck check)
    {
        check.Equal("text encoder", want.GetProperty("text_encoder").GetInt32(), plan.Adapters.Count(a => a.Target.Part != NetworkPart.Unet));
        check.Equal("U-Net", want.GetProperty("unet").GetInt32(), plan.Adapters.Count(a => a.Target.Part == NetworkPart.Unet));
        check.Equal("convolutions", want.GetProperty("conv3x3").GetInt32(), plan.Adapters.Count(a => a.Target.IsSpatial));
        check.Equal("parameters", want.GetProperty("parameters").GetInt64(), plan.Adapters.Sum(a => Count(Down(a)) + Count(Up(a))));
        check.Equal("optimised parameters", want.GetProperty("optimised_parameters").GetInt64(),
            plan.Adapters.Sum(a => (a.DownGroup is null ? 0 : Count(Down(a))) + (a.UpGroup is null ? 0 : Count(Up(a)))));
    }

    private static void CompareModules(List<JsonElement> want, NetworkPlan plan, GoldenCheck check)
    {
        check.EqualList("modules", [.. want.Select(m => m.GetProperty("name").GetString()!)], [.. plan.Adapters.Select(a => a.Name)]);
        foreach (var (module, adapter) in want.Zip(plan.Adapters))
        {
            check.Equal($"{adapter.Name} rank", module.GetProperty("dim").GetInt32(), adapter.Rank);
            check.Equal($"{adapter.Name} alpha", module.GetProperty("alpha").GetDouble(), adapter.Alpha);
            check.EqualList($"{adapter.Name} down", Shape(module.GetProperty("down")), Down(adapter));
            check.EqualList($"{adapter.Name} up", Shape(module.GetProperty("up")), Up(adapter));
            check.Equal($"{adapter.Name} group of down", Index(module.GetProperty("group_down")), adapter.DownGroup);
            check.Equal($"{adapter.Name} group of up", Index(module.GetProperty("group_up")), adapter.UpGroup);
        }
    }

    private static int? Index(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();

    private static long[] Shape(JsonElement value) => [.. value.EnumerateArray().Select(d => d.GetInt64())];

    private static long[] Down(AdapterPlan adapter) => [.. AdapterShapes.Down(adapter)];

    private static long[] Up(AdapterPlan adapter) => [.. AdapterShapes.Up(adapter)];

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, d) => product * d);
}
