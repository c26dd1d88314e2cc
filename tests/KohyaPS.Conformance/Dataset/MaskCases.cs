using KohyaPS.Engine.Imaging;
using KohyaPS.Engine.Training.Objectives;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Masks of losses, and mask pictures that go the way of their pictures.</summary>
internal static class MaskCases
{
    private const float Levels = 255;

    public static void ReplayLoss(DatasetCase recorded, GoldenCheck check)
    {
        using var tensors = recorded.OpenTensors();
        using var scope = NewDisposeScope();
        var loss = Read(tensors, recorded.Inputs.GetProperty("loss").GetString()!);
        var masked = MasksOf(recorded, tensors) is { } masks ? loss * LossMask.Fit(masks, loss.size(2), loss.size(3)) : loss;
        var want = recorded.Expected.GetProperty("loss");
        check.Close("loss", tensors.ReadFloats(Pixels.Key(want)), masked.data<float>().ToArray(), want.GetProperty("rtol").GetDouble(), want.GetProperty("atol").GetDouble());
        check.Close("mean_per_sample", [.. recorded.Expected.GetProperty("mean_per_sample").EnumerateArray().Select(m => m.GetDouble())],
            [.. masked.mean([1, 2, 3]).data<float>().ToArray().Select(m => (double)m)], want.GetProperty("rtol").GetDouble(), want.GetProperty("atol").GetDouble());
    }

    public static void ReplayConditioning(DatasetCase recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        using var tensors = recorded.OpenTensors();
        foreach (var image in recorded.Inputs.GetProperty("images").EnumerateArray())
        {
            var name = image.GetProperty("file_name").GetString()!;
            Pixels.Save(Path.Combine(folder.Path, "images", name), tensors, image.GetProperty("pixels").GetString()!);
            Pixels.Save(Path.Combine(folder.Path, "masks", name), tensors, image.GetProperty("conditioning_pixels").GetString()!);
        }
        var config = ConfigFrom.Settings(recorded.Settings) with { BaseFolder = folder.Path };
        config = config with { Datasets = [new DatasetDefinition { Subsets = [new SubsetDefinition { ImageDir = "images", ConditioningDataDir = "masks", ClassTokens = "" }] }] };
        var dataset = BucketedDataset.Create(DatasetReader.Read(config).Single());
        foreach (var (batch, index) in recorded.Root.GetProperty("batches").EnumerateArray().Select((b, i) => (b, i)))
        {
            var draws = new RecordedDraws([.. batch.GetProperty("draws").EnumerateArray()]);
            var samples = batch.GetProperty("images").EnumerateArray().Select(name => dataset.Images.Single(i => i.Image.Name == name.GetString())).Select(image => ImageLoader.LoadSample(image, draws)).ToList();
            draws.CheckAllUsed(check);
            var expected = batch.GetProperty("expected");
            check.EqualList($"batch {index}: flippeds", [.. expected.GetProperty("flippeds").EnumerateArray().Select(f => f.GetBoolean())], [.. samples.Select(s => s.IsFlipped)]);
            Compare($"batch {index}: images", expected.GetProperty("images_levels"), [.. samples.Select(s => s.Pixels)], tensors, check);
            var right = expected.TryGetProperty("right_conditioning_levels", out var corrected) ? corrected : expected.GetProperty("conditioning_levels");
            Compare($"batch {index}: masks", right, [.. samples.Select(s => s.MaskPixels!)], tensors, check);
            samples.ForEach(s => s.Dispose());
        }
    }

    private static Tensor? MasksOf(DatasetCase recorded, SafetensorsFile tensors)
    {
        if (recorded.Inputs.TryGetProperty("alpha_mask_levels", out var alpha))
            return Read(tensors, alpha.GetString()!) / Levels;
        return recorded.Inputs.TryGetProperty("conditioning_levels_bhwc", out var pictures)
            ? LossMask.FromConditioning(Read(tensors, pictures.GetString()!).permute(0, 3, 1, 2) / Levels * 2 - 1)
            : null;
    }

    private static Tensor Read(SafetensorsFile tensors, string key) => tensor(tensors.ReadFloats(key)).view([.. tensors[key].Shape]);

    // Levels of (B, 3, H, W).
    private static void Compare(string what, System.Text.Json.JsonElement want, PixelBuffer[] got, SafetensorsFile tensors, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var levels = (cat(got.Select(ImageLoader.ToTensor).ToArray(), 0) * 0.5 + 0.5) * Levels;
        check.EqualList($"{what}: shape", [.. tensors[Pixels.Key(want)].Shape], levels.shape);
        check.Close(what, tensors.ReadFloats(Pixels.Key(want)), levels.round().data<float>().ToArray(), rtol: 0, atol: want.GetProperty("atol").GetDouble());
    }
}
