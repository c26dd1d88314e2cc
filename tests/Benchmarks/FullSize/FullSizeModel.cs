using KohyaPS.Conformance.Models;
using KohyaPS.Engine.Imaging;

namespace KohyaPS.Benchmarks.FullSize;

/// <summary>
/// A checkpoint of the shapes of a published model with weights by the goldens' formula, and one picture to train on. Made in a temporary
/// folder, which goes with it.
/// </summary>
internal sealed class FullSizeModel : IDisposable
{
    private const int PictureSide = 1024;

    private readonly string root = Directory.CreateTempSubdirectory("kohyaps-bench-").FullName;

    /// <param name="seed">sd15 or sdxl.</param>
    public FullSizeModel(string seed)
    {
        Checkpoint = Path.Combine(root, $"{seed}-shaped.safetensors");
        Pictures = Path.Combine(root, "pictures");
        Output = Path.Combine(root, "output");
        ProceduralCheckpoint.Write(seed, Checkpoint);
        WritePicture(Directory.CreateDirectory(Path.Combine(Pictures, "1_noise")).FullName);
    }

    /// <summary>The single file, float16 as most published ones.</summary>
    public string Checkpoint { get; }

    /// <summary>The folder above the subset.</summary>
    public string Pictures { get; }

    /// <summary>Where trainings write.</summary>
    public string Output { get; }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static void WritePicture(string folder)
    {
        using var picture = new PixelBuffer(PictureSide, PictureSide, 3);
        new Random(1).NextBytes(picture.Pixels);
        PngFile.Write(Path.Combine(folder, "noise.png"), picture);
        File.WriteAllText(Path.Combine(folder, "noise.txt"), "coloured noise");
    }
}
