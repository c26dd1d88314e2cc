using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.Models;

/// <summary>Writes single files of the shapes of published models, float16 as most of them, with weights by the goldens' formula.</summary>
public static class ProceduralCheckpoint
{
    /// <param name="seed">sd15, sd21 or sdxl: the recorded list of keys, and the seed of the numbers.</param>
    /// <param name="path">The file.</param>
    public static void Write(string seed, string path)
    {
        var keys = Path.Combine(GoldenRoot.Path, "models", "full", $"{seed}.keys.json.gz");
        using var packed = new GZipStream(File.OpenRead(keys), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(packed);
        var declared = document.RootElement.GetProperty("keys").EnumerateArray().Select(row => new SafetensorsDeclaration(
            row[1].GetString()!, SafetensorsDtype.F16, [.. row[2].EnumerateArray().Select(d => d.GetInt64())]));
        new SafetensorsWriter(declared).Write(path, (entry, target) => WriteTensor(seed, entry, target));
    }

    private static unsafe void WriteTensor(string seed, SafetensorsEntry entry, Stream target)
    {
        const int chunk = 1 << 22;
        var hash = ProceduralWeights.Hash($"{seed}:{entry.Name}");
        var (offset, scale) = ProceduralWeights.Range(entry.Name, entry.Shape);
        var values = new float[Math.Min(chunk, entry.ElementCount)];
        var halves = new Half[values.Length];
        for (var first = 0L; first < entry.ElementCount; first += values.Length)
        {
            var count = (int)Math.Min(values.Length, entry.ElementCount - first);
            fixed (float* destination = values)
                ProceduralWeights.Fill(destination, count, hash, first, offset, scale);
            for (var i = 0; i < count; i++)
                halves[i] = (Half)values[i];
            target.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, count)));
        }
    }
}
