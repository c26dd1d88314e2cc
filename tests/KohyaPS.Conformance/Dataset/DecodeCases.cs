using System.Text.Json;
using KohyaPS.Datasets;
using KohyaPS.Engine.Imaging;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Picture files: their size, their pixels with and without alpha, upright, over a background; or that they are refused.</summary>
internal static class DecodeCases
{
    private static readonly SubsetSettings Peer = new() { ApplyOrientation = false, Transparency = TransparencyHandling.Drop };

    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        var path = Path.Combine(recorded.Folder, recorded.Inputs.GetProperty("file").GetString()!);
        if (recorded.IsError)
        {
            check.True("the picture should be refused", AssignmentCases.Refuses(() => ImageDecoder.Decode(path, Peer).Dispose()));
            return;
        }
        using var tensors = recorded.OpenTensors();
        var expected = recorded.Expected;
        check.Equal("size", AssignmentCases.SizeOf(expected.GetProperty("size_wh")), ImageHeader.Read(path).StoredSize);

        // Reducing 16 bits evenly is right; sd-scripts clips grey.
        if (expected.TryGetProperty("right_scaled", out var scaled))
            Compare("scaled", scaled, null, path, Peer with { AlphaMask = HasAlpha(tensors, scaled) }, tensors, check);
        else
        {
            JsonElement? alternative = expected.TryGetProperty("rgb_or", out var simple) ? simple : null;
            Compare("rgb", expected.GetProperty("rgb"), alternative, path, Peer, tensors, check);
            if (expected.GetProperty("rgba") is { ValueKind: JsonValueKind.Object } rgba)
                Compare("rgba", rgba, expected.TryGetProperty("rgba_or", out var simpleAlpha) ? simpleAlpha : null, path, Peer with { AlphaMask = true }, tensors, check);
        }
        if (expected.TryGetProperty("right_upright", out var upright))
            Compare("upright", upright, null, path, Peer with { ApplyOrientation = true }, tensors, check);
        if (expected.TryGetProperty("right_on_white", out var white))
            Compare("on white", white, expected.TryGetProperty("right_on_white_or", out var or) ? or : null, path, Peer with { Transparency = TransparencyHandling.White }, tensors, check);
        if (expected.TryGetProperty("right_on_grey", out var grey))
            Compare("on grey", grey, expected.TryGetProperty("right_on_grey_or", out var or) ? or : null, path, Peer with { Transparency = TransparencyHandling.Grey }, tensors, check);
    }

    private static bool HasAlpha(SafetensorsFile tensors, JsonElement reference) => tensors[Pixels.Key(reference)].Shape[^1] == 4;

    private static void Compare(string what, JsonElement want, JsonElement? alternative, string path, SubsetSettings settings, SafetensorsFile tensors, GoldenCheck check)
    {
        using var got = ImageDecoder.Decode(path, settings);
        Pixels.Compare(what, want, alternative, got, tensors, check);
    }
}
