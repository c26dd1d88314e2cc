using System.Text.Json;
using KohyaPS.Engine.Imaging;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Pixels resized and cut to a bucket, by every filter, from the centre or at drawn places.</summary>
internal static class ResizeCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        using var tensors = recorded.OpenTensors();
        using var picture = Pixels.Read(tensors, recorded.Inputs.GetProperty("image").GetString()!);
        var resized = AssignmentCases.SizeOf(recorded.Inputs.GetProperty("resized_size_wh"));
        var bucket = AssignmentCases.SizeOf(recorded.Inputs.GetProperty("bucket_reso_wh"));
        var settings = SubsetSettings.From(ConfigFrom.Settings(recorded.Settings));
        var draws = new RecordedDraws(recorded.Draws);
        var assignment = new BucketAssignment(bucket, resized, 0);
        using var got = PictureFitter.Fit(picture, assignment, settings, draws);
        draws.CheckAllUsed(check);
        var want = recorded.Expected.GetProperty("image");
        JsonElement? alternative = recorded.Expected.TryGetProperty("image_or", out var other) ? other : null;
        Pixels.Compare("image", want, alternative, got, tensors, check);
        if (recorded.Expected.TryGetProperty("crop_ltrb", out var box))
        {
            var (left, top, right, bottom) = SizeConditioning.CropBox(picture.Size, bucket);
            check.Close("crop_ltrb", [.. box.EnumerateArray().Select(v => v.GetDouble())], [left, top, right, bottom], rtol: 0, atol: 1e-9);
        }
    }
}
