using System.Text.Json;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Networks.Naming;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>The names of every layer in kohya files, checkpoints, diffusers and PEFT.</summary>
internal static class KeyMapCases
{
    public static void Replay(NetworkToolCase recorded, GoldenCheck check)
    {
        var family = Enum.Parse<ModelFamily>(recorded.Settings.GetProperty("model_type").GetString()!, ignoreCase: true);
        foreach (var row in recorded.Table(recorded.Expected.GetProperty("rows")).EnumerateArray())
            Compare(row, family, check);
    }

    private static void Compare(JsonElement row, ModelFamily family, GoldenCheck check)
    {
        var kohya = row.GetProperty("kohya").GetString()!;
        string? Want(string column) => row.TryGetProperty(column, out var value) ? value.GetString() : null;
        var path = ModulePath.FromKohya(kohya);
        check.True($"{kohya} is not known", path is not null);
        if (path is null)
            return;
        check.Equal($"{kohya} back", kohya, path.ToKohya(family));
        var place = path.ToCheckpoint(family);
        check.Equal($"{kohya} checkpoint", Want("checkpoint"), place?.FileKey);
        var third = place?.Operation is KeyOperation.RowsQ or KeyOperation.RowsK or KeyOperation.RowsV ? (int?)(place.Operation - KeyOperation.RowsQ) : null;
        check.Equal($"{kohya} first row", row.GetProperty("first_row") is { ValueKind: JsonValueKind.Number } first ? first.GetInt64() : null, third * row.GetProperty("out").GetInt64());
        CompareIfKnown($"{kohya} legacy down", Want("legacy_down"), $"{path.ToLegacy()}.down.weight", check);
        CompareIfKnown($"{kohya} legacy up", Want("legacy_up"), $"{path.ToLegacy()}.up.weight", check);
        CompareIfKnown($"{kohya} PEFT down", Want("peft_down"), $"{path.ToPeft()}.lora_A.weight", check);
        CompareIfKnown($"{kohya} PEFT up", Want("peft_up"), $"{path.ToPeft()}.lora_B.weight", check);
        CompareIfKnown($"{kohya} alpha", Want("network_alpha"), path.ToLegacyAlpha(), check);
        // From PEFT to kohya diffusers keeps its own names for U-Net layers, and calls SD1's only text encoder the first.
        var back = ModulePath.FromDiffusers(path.ToPeft())!;
        CompareIfKnown($"{kohya} from PEFT", Want("kohya_back_down")?.Replace("lora_te1_", family == ModelFamily.Sdxl ? "lora_te1_" : "lora_te_", StringComparison.Ordinal), $"{back.ToDiffusersStyle(family)}.lora_down.weight", check);
        if (Want("legacy_down") is { } legacy)
            check.Equal($"{legacy} read", path, ModulePath.FromDiffusers(KohyaPS.Networks.LoraKey.Parse(legacy).Module));
        if (Want("diffusers_style") is { } style)
        {
            check.Equal($"{kohya} in diffusers style", style, path.ToDiffusersStyle(family));
            check.Equal($"{style} read", kohya, ModulePath.FromKohya(style)?.ToKohya(family));
            CompareIfKnown($"{style} read by sd-scripts", Want("sd_scripts_reads_it_as"), ModulePath.FromKohya(style)!.ToKohya(family), check);
        }
    }

    // null says that the peer has no such key.
    private static void CompareIfKnown(string what, string? want, string got, GoldenCheck check)
    {
        if (want is not null)
            check.Equal(what, want, got);
    }
}
