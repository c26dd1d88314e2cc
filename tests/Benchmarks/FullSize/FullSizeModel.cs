using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using KohyaPS.Conformance;
using KohyaPS.Conformance.Models;
using KohyaPS.Engine.Imaging;
using KohyaPS.Safetensors;

namespace KohyaPS.Benchmarks.FullSize;

/// <summary>
/// A checkpoint of the shapes of Stable Diffusion 1.5 with weights by the goldens' formula, and one picture to train on. Made in a temporary
/// folder, which goes with it.
/// </summary>
internal sealed class FullSizeModel : IDisposable
{
    private const int PictureSide = 512;
    private const string Seed = "sd15";

    private readonly string root = Directory.CreateTempSubdirectory("kohyaps-bench-").FullName;

    public FullSizeModel()
    {
        Checkpoint = Path.Combine(root, "sd15-shaped.safetensors");
        Pictures = Path.Combine(root, "pictures");
        Output = Path.Combine(root, "output");
        WriteCheckpoint();
        WritePicture(Directory.CreateDirectory(Path.Combine(Pictures, "1_noise")).FullName);
    }

    /// <summary>The single file, float16 as most published ones.</summary>
    public string Checkpoint { get; }

    /// <summary>The folder above the subset.</summary>
    public string Pictures { get; }

    /// <summary>Where trainings write.</summary>
    public string Output { get; }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private void WriteCheckpoint()
    {
        var keys = Path.Combine(GoldenRoot.Path, "models", "full", $"{Seed}.keys.json.gz");
        using var packed = new GZipStream(File.OpenRead(keys), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(packed);
        var declared = document.RootElement.GetProperty("keys").EnumerateArray().Select(row => new SafetensorsDeclaration(
            row[1].GetString()!, SafetensorsDtype.F16, [.. row[2].EnumerateArray().Select(d => d.GetInt64())]));
        new SafetensorsWriter(declared).Write(Checkpoint, WriteTensor);
    }

    private static unsafe void WriteTensor(SafetensorsEntry entry, Stream target)
    {
        const int chunk = 1 << 22;
        var hash = ProceduralWeights.Hash($"{Seed}:{entry.Name}");
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

    private static void WritePicture(string folder)
    {
        using var picture = new PixelBuffer(PictureSide, PictureSide, 3);
        new Random(1).NextBytes(picture.Pixels);
        PngFile.Write(Path.Combine(folder, "noise.png"), picture);
        File.WriteAllText(Path.Combine(folder, "noise.txt"), "coloured noise");
    }
}
