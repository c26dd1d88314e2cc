using System.Text.Json;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>Block weights: which position each module has, how lists are spread, what is refused.</summary>
internal static class BlockWeightCases
{
    public static void ReplayIndices(NetworkToolCase recorded, GoldenCheck check)
    {
        var table = recorded.Table(recorded.Expected.GetProperty("rows"));
        foreach (var (kind, isOriginal) in new[] { ("sd1", false), ("sdxl", true) })
        {
            if (!table.TryGetProperty(kind, out var rows))
                continue;
            foreach (var row in rows.EnumerateArray())
            {
                var module = row[0].GetString()!;
                check.Equal($"{module} position", row[1].GetInt32(), BlockFactors.Position(module, isOriginal));
                // The index of training counts U-Net layers by their path.
                var training = module.StartsWith("lora_unet_", StringComparison.Ordinal) ? BlockIndex.Of(module["lora_unet_".Length..]) : -1;
                check.Equal($"{module} block of training", row[2].ValueKind == JsonValueKind.Number ? row[2].GetInt32() : -1, training);
            }
        }
    }

    public static void ReplayOddNames(NetworkToolCase recorded, GoldenCheck check)
    {
        foreach (var row in recorded.Value("rows").EnumerateArray())
        {
            var module = row[0].GetString()!;
            check.Equal($"{module} of diffusers names", row[1].GetInt32(), BlockFactors.Position(module, isOriginal: false));
            check.Equal($"{module} of original names", row[2].GetInt32(), BlockFactors.Position(module, isOriginal: true));
        }
    }

    public static void ReplayForms(NetworkToolCase recorded, GoldenCheck check)
    {
        foreach (var row in recorded.Value("rows").EnumerateArray())
        {
            double[] list = [.. row.GetProperty("list").EnumerateArray().Select(w => w.GetDouble())];
            var factors = new BlockFactors(list);
            check.EqualList($"{list.Length} weights", [.. row.GetProperty("weights26").EnumerateArray().Select(w => w.GetDouble())], factors.Factors);
            check.EqualList($"{list.Length} positions", [.. row.GetProperty("positions").EnumerateArray().Select(p => p.GetInt32())], [.. factors.Named.Order()]);
            check.Equal($"{list.Length} names", row.GetProperty("sdxl_names").GetBoolean(), factors.IsOriginalNaming);
        }
    }

    public static void ReplayErrors(NetworkToolCase recorded, GoldenCheck check)
    {
        foreach (var row in recorded.Value("rows").EnumerateArray())
        {
            string[] texts = [.. row.GetProperty("lbws").EnumerateArray().Select(t => t.GetString()!)];
            bool isAccepted;
            try
            {
                BlockFactors.Parse(texts, texts.Length);
                isAccepted = true;
            }
            catch (ArgumentException)
            {
                isAccepted = false;
            }
            check.Equal(string.Join(' ', texts), row.GetProperty("accepted").GetBoolean(), isAccepted);
        }
    }
}
