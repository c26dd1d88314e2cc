using System.IO.Compression;
using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>One part of a full-size model whose weights come from the formula, written straight into each tensor that is asked for.</summary>
internal sealed class ProceduralStore : ITensorStore
{
    private readonly string seed;
    private readonly Dictionary<string, Source> byName;

    /// <param name="keysFile">A <c>keys.json.gz</c> of the goldens.</param>
    /// <param name="part">unet, vae, text_encoder or text_encoder_2.</param>
    public ProceduralStore(string keysFile, string part)
    {
        using var packed = new GZipStream(File.OpenRead(keysFile), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(packed);
        seed = document.RootElement.GetProperty("name").GetString()!;
        Config = document.RootElement.GetProperty("config").GetProperty(part).Clone();
        byName = document.RootElement.GetProperty("keys").EnumerateArray().SelectMany(Sources).Where(s => s.Part == part).ToDictionary(s => s.Name);
    }

    /// <summary>The part's config.json.</summary>
    public JsonElement Config { get; }

    public IReadOnlyCollection<string> Names => byName.Keys;

    public bool Contains(string name) => byName.ContainsKey(name);

    public long[] Shape(string name) => byName[name].Shape;

    public unsafe Tensor Read(string name)
    {
        var source = byName[name];
        var hash = ProceduralWeights.Hash($"{seed}:{source.Key}");
        var (offset, scale) = ProceduralWeights.Range(source.Key, source.StoredShape);
        var values = empty(source.Operation == "transpose" ? source.StoredShape : source.Shape);
        fixed (byte* destination = values.bytes)
            ProceduralWeights.Fill((float*)destination, values.numel(), hash, source.FirstRow * source.RowLength, offset, scale);
        if (source.Operation != "transpose")
            return values;
        using (values)
            return values.t().contiguous();
    }

    private static IEnumerable<Source> Sources(JsonElement row)
    {
        var key = row[1].GetString()!;
        long[] stored = [.. row[2].EnumerateArray().Select(d => d.GetInt64())];
        foreach (var target in row[3].EnumerateArray())
            yield return new(target[0].GetString()!, target[1].GetString()!, key, stored, target[2].GetString()!);
    }

    private sealed record Source(string Part, string Name, string Key, long[] StoredShape, string Operation)
    {
        public long RowLength => StoredShape.Skip(1).Aggregate(1L, (a, b) => a * b);

        public long FirstRow => Operation switch { "rows_k" => StoredShape[0] / 3, "rows_v" => StoredShape[0] / 3 * 2, _ => 0 };

        public long[] Shape => Operation switch
        {
            "same" => StoredShape,
            "squeeze" => StoredShape[..2],
            "transpose" => [StoredShape[1], StoredShape[0]],
            "rows_q" or "rows_k" or "rows_v" => [StoredShape[0] / 3, .. StoredShape[1..]],
            _ => throw new InvalidDataException($"Unknown operation '{Operation}' for '{Key}'."),
        };
    }
}
