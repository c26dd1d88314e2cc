using System.Text.Json;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.Models;

/// <summary>Good and hostile safetensors files: what opens, what it holds, what is refused.</summary>
internal static class SafetensorsCases
{
    /// <summary>The type of a name as torch spells it.</summary>
    public static SafetensorsDtype Dtype(string torchName) => torchName switch
    {
        "float8_e4m3fn" => SafetensorsDtype.F8E4M3,
        "float8_e5m2" => SafetensorsDtype.F8E5M2,
        _ => Dtypes[torchName],
    };

    private static readonly Dictionary<string, SafetensorsDtype> Dtypes = new()
    {
        ["float32"] = SafetensorsDtype.F32, ["float16"] = SafetensorsDtype.F16, ["float64"] = SafetensorsDtype.F64,
        ["bool"] = SafetensorsDtype.Bool, ["uint8"] = SafetensorsDtype.U8, ["int8"] = SafetensorsDtype.I8, ["int16"] = SafetensorsDtype.I16,
        ["uint16"] = SafetensorsDtype.U16, ["int32"] = SafetensorsDtype.I32, ["uint32"] = SafetensorsDtype.U32,
        ["int64"] = SafetensorsDtype.I64, ["uint64"] = SafetensorsDtype.U64, ["bfloat16"] = SafetensorsDtype.BF16,
    };

    public static IEnumerable<GoldenCase> In(string family)
    {
        var list = Path.Combine(family, "safetensors", "safetensors.json");
        if (!File.Exists(list))
            yield break;
        using var document = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var file in document.RootElement.GetProperty("files").EnumerateObject())
        {
            var path = Path.Combine(family, "safetensors", file.Name);
            var expected = file.Value.Clone();
            yield return new($"safetensors.{Path.GetFileNameWithoutExtension(file.Name)}", check => Replay(path, expected, check));
        }
    }

    private static void Replay(string path, JsonElement expected, GoldenCheck check)
    {
        var verdict = expected.GetProperty("expect").GetString();
        SafetensorsFile file;
        try
        {
            file = SafetensorsFile.Open(path);
        }
        catch (CheckpointFormatException refusal)
        {
            check.True($"refused, though it should load: {refusal.Message}", verdict is "refuse" or "either");
            check.True("the refusal does not name the file", refusal.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal));
            return;
        }
        using (file)
        {
            check.True("it should be refused", verdict is "load" or "either");
            if (expected.TryGetProperty("content", out var content))
                Compare(file, content, check);
        }
    }

    private static void Compare(SafetensorsFile file, JsonElement content, GoldenCheck check)
    {
        var metadata = content.GetProperty("metadata");
        var wantMetadata = metadata.ValueKind == JsonValueKind.Null
            ? []
            : metadata.EnumerateObject().Select(m => $"{m.Name}={m.Value.GetString()}").Order(StringComparer.Ordinal).ToList();
        check.EqualList("metadata", wantMetadata, [.. file.Metadata.Select(m => $"{m.Key}={m.Value}").Order(StringComparer.Ordinal)]);
        var tensors = content.GetProperty("tensors").EnumerateObject().ToList();
        check.Equal("number of tensors", tensors.Count, file.Entries.Count);
        foreach (var tensor in tensors)
        {
            var entry = file[tensor.Name];
            var dtype = tensor.Value.GetProperty("dtype").GetString()!;
            check.EqualList($"{tensor.Name} shape", [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())], entry.Shape);
            check.Equal($"{tensor.Name} dtype", Dtypes.TryGetValue(dtype, out var known) ? known.ToName() : dtype, entry.Dtype.ToName());
            if (tensor.Value.TryGetProperty("values", out var values))
                check.Close($"{tensor.Name} values", [.. values.EnumerateArray().Select(Number)], file.ReadFloats(tensor.Name), 0, float.Epsilon);
        }
    }

    private static float Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetSingle() : value.GetString() switch
    {
        "nan" => float.NaN,
        "inf" => float.PositiveInfinity,
        "-inf" => float.NegativeInfinity,
        var other => throw new InvalidDataException($"'{other}' is no number"),
    };
}
