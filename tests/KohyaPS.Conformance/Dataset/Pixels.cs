using System.Text.Json;
using KohyaPS.Engine.Imaging;
using KohyaPS.Safetensors;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Recorded pixels: uint8 (height, width, channel).</summary>
internal static class Pixels
{
    public static PixelBuffer Read(SafetensorsFile tensors, string key)
    {
        var entry = tensors[key];
        var pixels = new PixelBuffer((int)entry.Shape[1], (int)entry.Shape[0], (int)entry.Shape[2]);
        tensors.Bytes(entry).CopyTo(pixels.Pixels);
        return pixels;
    }

    /// <summary>Compares levels under the tolerance that stands beside the reference; the nearer of two references counts.</summary>
    public static void Compare(string what, JsonElement want, JsonElement? alternative, PixelBuffer got, SafetensorsFile tensors, GoldenCheck check)
    {
        check.EqualList($"{what}: shape", [.. tensors[Key(want)].Shape], [got.Height, got.Width, got.Channels]);
        var (max, mean) = Distance(tensors.Bytes(tensors[Key(want)]), got.Pixels);
        if (alternative is { } other && Distance(tensors.Bytes(tensors[Key(other)]), got.Pixels) is var second && second.Mean < mean)
            (max, mean) = second;
        if (want.TryGetProperty("tolerance", out var tolerance))
        {
            check.AtMost($"{what}: largest difference", tolerance.GetProperty("max").GetDouble(), max);
            check.AtMost($"{what}: mean difference", tolerance.GetProperty("mean").GetDouble(), mean);
        }
        else
        {
            check.AtMost($"{what}: largest difference", want.GetProperty("atol").GetDouble(), max);
        }
    }

    /// <summary>Writes recorded pixels as a picture file.</summary>
    public static void Save(string path, SafetensorsFile tensors, string key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var pixels = Read(tensors, key);
        if (pixels.Channels == 4)
            using (var image = Image.LoadPixelData<Rgba32>(pixels.Pixels, pixels.Width, pixels.Height))
                image.Save(path);
        else if (pixels.Channels == 3)
            using (var image = Image.LoadPixelData<Rgb24>(pixels.Pixels, pixels.Width, pixels.Height))
                image.Save(path);
        else
            using (var image = Image.LoadPixelData<L8>(pixels.Pixels, pixels.Width, pixels.Height))
                image.Save(path);
    }

    public static string Key(JsonElement reference) => reference.GetProperty("tensor").GetString()!;

    public static (int Max, double Mean) Distance(ReadOnlySpan<byte> want, ReadOnlySpan<byte> got)
    {
        if (want.Length != got.Length)
            return (int.MaxValue, double.PositiveInfinity);
        var (max, sum) = (0, 0L);
        for (var i = 0; i < want.Length; i++)
        {
            var distance = Math.Abs(want[i] - got[i]);
            max = Math.Max(max, distance);
            sum += distance;
        }
        return (max, (double)sum / Math.Max(1, want.Length));
    }
}
