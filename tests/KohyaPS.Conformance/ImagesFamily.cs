using System.Security.Cryptography;
using System.Text.Json;
using KohyaPS.Conformance.Dataset;
using KohyaPS.Datasets;
using KohyaPS.Engine.Imaging;

namespace KohyaPS.Conformance;

/// <summary>Pictures that real users meet: read as the peer reads them, upright, or refused with their name.</summary>
public sealed class ImagesFamily() : RealInputFamily("images")
{
    private static readonly SubsetSettings Peer = new() { ApplyOrientation = false, Transparency = TransparencyHandling.Drop };
    private static readonly HashSet<string> KnownFormats = ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"];

    protected override void Replay(string path, JsonElement expected, GoldenCheck check)
    {
        // What the peer cannot open may be a block that is not read here (a colour profile, a text); cut short pixels never pass.
        var isDamaged = IsStated(expected, "decode_error");
        if (isDamaged || IsStated(expected, "open_error") || !expected.GetProperty("trainer_lists_it").GetBoolean() || !KnownFormats.Contains(expected.GetProperty("format").GetString()!))
        {
            CheckRefused(path, mayOpen: !isDamaged, check);
            return;
        }
        var header = ImageHeader.Read(path);
        check.Equal("size", new(expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()), header.StoredSize);
        check.Equal("orientation", IsStated(expected, "exif_orientation") ? expected.GetProperty("exif_orientation").GetInt32() : 1, header.Orientation);
        // Grey of 16 bits is reduced evenly here; the peer clips it to white.
        var isClipped = expected.GetProperty("mode").GetString()!.StartsWith('I');
        if (!isClipped)
            Compare("rgb", path, Peer, expected.GetProperty("rgb"), expected.GetProperty("tolerance"), check);
        if (!isClipped && IsStated(expected, "rgb_upright"))
            Compare("upright", path, Peer with { ApplyOrientation = true }, expected.GetProperty("rgb_upright"), expected.GetProperty("tolerance"), check);
        if (isClipped)
            return;
        using var transparent = ImageDecoder.Decode(path, Peer with { AlphaMask = true });
        CompareAlpha(transparent, expected.GetProperty("alpha"), expected.GetProperty("tolerance"), check);
    }

    private static bool IsStated(JsonElement expected, string name) => expected.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static void CheckRefused(string path, bool mayOpen, GoldenCheck check)
    {
        try
        {
            using var pixels = ImageDecoder.Decode(path, Peer);
            check.True("it should be refused", mayOpen && pixels.Size == ImageHeader.Read(path).StoredSize);
        }
        catch (DatasetException refusal)
        {
            check.True("the refusal does not name the file", refusal.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal));
        }
    }

    private static void Compare(string what, string path, SubsetSettings settings, JsonElement want, JsonElement tolerance, GoldenCheck check)
    {
        using var got = ImageDecoder.Decode(path, settings);
        check.Equal($"{what}: size", new(want.GetProperty("width").GetInt32(), want.GetProperty("height").GetInt32()), got.Size);
        var (pixelTolerance, meanTolerance) = (tolerance.GetProperty("pixel").GetDouble(), tolerance.GetProperty("mean").GetDouble());
        if (pixelTolerance == 0)
        {
            check.Equal($"{what}: sha256", want.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(got.Pixels)));
            return;
        }
        double[] means = [.. Enumerable.Range(0, 3).Select(channel => Mean(got, channel))];
        check.Close($"{what}: channel means", [.. want.GetProperty("mean").EnumerateArray().Select(m => m.GetDouble())], means, rtol: 0, atol: meanTolerance);
        // Single pixels of reduced chroma depend on its upsampling; goldens/dataset/images holds them for both kinds.
        if (HasReducedChroma(path))
            return;
        foreach (var pixel in want.GetProperty("pixels").EnumerateObject())
        {
            var (x, y) = (pixel.Value.GetProperty("x").GetInt32(), pixel.Value.GetProperty("y").GetInt32());
            double[] levels = [.. got.Row(y).Slice(x * 3, 3).ToArray().Select(level => (double)level)];
            check.Close($"{what}: {pixel.Name}", [.. pixel.Value.GetProperty("value").EnumerateArray().Select(v => v.GetDouble())], levels, rtol: 0, atol: pixelTolerance);
        }
    }

    private static void CompareAlpha(PixelBuffer transparent, JsonElement want, JsonElement tolerance, GoldenCheck check)
    {
        byte[] alpha = [.. transparent.Pixels.ToArray().Where((_, index) => index % 4 == 3)];
        double[] got = [alpha.Min(), alpha.Max(), alpha.Average(a => (double)a)];
        check.Close("alpha: least, largest, mean", [want.GetProperty("min").GetDouble(), want.GetProperty("max").GetDouble(), want.GetProperty("mean").GetDouble()],
            got, rtol: 0, atol: Math.Max(1e-4, tolerance.GetProperty("mean").GetDouble()));
    }

    private static bool HasReducedChroma(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (ImageHeader.Read(path).Format != ImageFormat.Jpeg)
            return false;
        for (var at = 2; at + 12 < bytes.Length; at += 2 + (bytes[at + 2] << 8 | bytes[at + 3]))
            if (bytes[at + 1] is 0xC0 or 0xC1 or 0xC2)
                return bytes[at + 11] != 0x11;
        return false;
    }

    private static double Mean(PixelBuffer pixels, int channel)
    {
        long sum = 0;
        for (var i = channel; i < pixels.Pixels.Length; i += pixels.Channels)
            sum += pixels.Pixels[i];
        return (double)sum / (pixels.Width * pixels.Height);
    }
}
