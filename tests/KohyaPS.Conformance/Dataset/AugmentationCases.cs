using KohyaPS.Datasets;
using KohyaPS.Engine.Imaging;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Changes of colour and crops around faces, with recorded draws.</summary>
internal static class AugmentationCases
{
    public static void ReplayColor(DatasetCase recorded, GoldenCheck check)
    {
        using var tensors = recorded.OpenTensors();
        using var picture = Pixels.Read(tensors, recorded.Inputs.GetProperty("image").GetString()!);
        var draws = new RecordedDraws(recorded.Draws);
        var isRight = recorded.Expected.TryGetProperty("right", out var right);
        ColorAugmentation.Apply(picture, Compatibility.None, draws);
        draws.CheckAllUsed(check);
        Pixels.Compare("image", isRight ? right : recorded.Expected.GetProperty("image"), null, picture, tensors, check);

        using var old = Pixels.Read(tensors, recorded.Inputs.GetProperty("image").GetString()!);
        ColorAugmentation.Apply(old, Compatibility.Kohya2188, new RecordedDraws(recorded.Draws));
        Pixels.Compare("the peer's image", recorded.Expected.GetProperty("image"), null, old, tensors, check);
    }

    public static void ReplayFace(DatasetCase recorded, GoldenCheck check)
    {
        using var tensors = recorded.OpenTensors();
        using var picture = Pixels.Read(tensors, recorded.Inputs.GetProperty("image").GetString()!);
        var config = ConfigFrom.Settings(recorded.Settings);
        var draws = new RecordedDraws(recorded.Draws);
        var face = NamedFace.Of(recorded.Inputs.GetProperty("file_name").GetString()!);
        check.EqualList("face", [.. recorded.Inputs.GetProperty("face_cx_cy_w_h").EnumerateArray().Select(v => v.GetInt32())], face is { } f ? [f.CentreX, f.CentreY, f.Width, f.Height] : []);
        using var got = FaceCrop.Apply(picture, face!.Value, new(config.Buckets.Resolution.Width, config.Buckets.Resolution.Height), SubsetSettings.From(config), draws);
        draws.CheckAllUsed(check);
        Pixels.Compare("image", recorded.Expected.GetProperty("image"), null, got, tensors, check);
    }
}
