using System.Globalization;
using System.Text.Json;
using KohyaPS.Engine.Networks;
using KohyaPS.Training;

namespace KohyaPS.Conformance.Network;

/// <summary>Learning-rate factors of blocks, and the block of a layer.</summary>
internal static class BlockCases
{
    public static void ReplayFactors(JsonElement recorded, GoldenCheck check)
    {
        var settings = recorded.GetProperty("settings");
        var expected = recorded.GetProperty("expected");
        var network = new NetworkSettings
        {
            DownLrWeight = Text(settings, "down_lr_weight"),
            MidLrWeight = Text(settings, "mid_lr_weight"),
            UpLrWeight = Text(settings, "up_lr_weight"),
            BlockLrZeroThreshold = Text(settings, "block_lr_zero_threshold") is { } threshold ? double.Parse(threshold, CultureInfo.InvariantCulture) : 0,
        };
        var blocks = settings.GetProperty("sdxl").GetBoolean() ? BlockIndex.OriginalBlocks : BlockIndex.DiffusersBlocks;
        if (expected.TryGetProperty("error", out _))
        {
            ReplayCrash(network, blocks, check);
            return;
        }
        var want = expected.GetProperty("block_lr_weight");
        var got = BlockWeights.Parse(network, blocks);
        if (want.GetProperty("value").ValueKind == JsonValueKind.Null)
            check.True("no factors", got is null);
        else
            check.Close("factors", [.. want.GetProperty("value").EnumerateArray().Select(v => v.GetDouble())], got ?? [], GoldenTensors.Tolerance(want, "rtol"), GoldenTensors.Tolerance(want, "atol"));
    }

    public static void ReplayIndex(JsonElement recorded, GoldenCheck check)
    {
        foreach (var want in recorded.GetProperty("expected").GetProperty("index").GetProperty("value").EnumerateObject())
            check.Equal(want.Name, want.Value.GetInt32(), BlockIndex.Of(want.Name["lora_unet_".Length..]));
    }

    // Where the peer dies, an unknown name is refused with words, a number counts as a number, and a list that is too long is cut.
    private static void ReplayCrash(NetworkSettings network, int blocks, GoldenCheck check)
    {
        var hasUnknownName = new[] { network.DownLrWeight, network.UpLrWeight }.OfType<string>()
            .Any(t => t.Split('+')[0] is not ("sine" or "cosine" or "linear" or "reverse_linear" or "zeros") && t.Split(',').Any(i => i.Length > 0 && !double.TryParse(i, CultureInfo.InvariantCulture, out _)));
        try
        {
            var factors = BlockWeights.Parse(network, blocks)!;
            check.True("an unknown name is refused", !hasUnknownName);
            check.Equal("factors", blocks, factors.Length);
            var first = blocks == BlockIndex.OriginalBlocks ? 1 : 0;
            if (network.DownLrWeight is { } down && double.TryParse(down.Split(',')[0], CultureInfo.InvariantCulture, out var number))
                check.Equal("first factor", number, factors[first]);
        }
        catch (TrainingException e)
        {
            check.True($"refused: {e.Message}", hasUnknownName);
        }
    }

    private static string? Text(JsonElement settings, string name) => settings.TryGetProperty(name, out var value) ? value.GetString() : null;
}
