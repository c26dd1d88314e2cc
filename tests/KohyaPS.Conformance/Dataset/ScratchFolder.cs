using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace KohyaPS.Conformance.Dataset;

/// <summary>An empty folder for the files of a case, removed with it. Its path holds no underscore.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"kohyaps-{Guid.NewGuid():N}");

    /// <summary>Some picture of a size, in the format of the extension; PNG for unknown ones.</summary>
    public static void WritePicture(string path, int width, int height)
    {
        using var image = new Image<Rgb24>(width, height, new Rgb24(90, 120, 150));
        var extension = System.IO.Path.GetExtension(path).ToLowerInvariant();
        using var file = File.Create(path);
        image.Save(file, Configuration.Default.ImageFormatsManager.FindFormatByFileExtension(extension.TrimStart('.')) is { } format
            ? Configuration.Default.ImageFormatsManager.FindEncoder(format)
            : new SixLabors.ImageSharp.Formats.Png.PngEncoder());
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
