using System.Text.Json;
using KohyaPS.Engine.Imaging;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Whole samples from files on disk: pixels, captions, weights, sizes, masks.</summary>
internal static class SampleCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        using var tensors = recorded.OpenTensors();
        var settings = recorded.Settings;
        foreach (var image in recorded.Inputs.GetProperty("images").EnumerateArray())
            Pixels.Save(Path.Combine(folder.Path, "train", image.GetProperty("file_name").GetString()!), tensors, image.GetProperty("pixels").GetString()!);
        var config = ConfigFrom.Settings(settings).With("caption_extension", ".txt");
        var dataset = BucketedDataset.Create(DatasetReader.Read(SourceOf(folder, config, settings, recorded)));
        if (recorded.IsError)
        {
            // The peer refuses what is not exactly the training size; here it is resized to cover and cut.
            foreach (var image in dataset.Images)
                using (var sample = ImageLoader.LoadSample(image, draws: new NoDraws()))
                    check.Equal("size", image.Assignment.Bucket, sample.Pixels.Size);
            return;
        }
        foreach (var (batch, index) in recorded.Root.GetProperty("batches").EnumerateArray().Select((b, i) => (b, i)))
            Compare($"batch {index}", dataset, batch, folder, config, tensors, check);
    }

    private static DatasetSource SourceOf(ScratchFolder folder, LoraConfig config, JsonElement settings, DatasetCase recorded)
    {
        // The peer drops alpha where it is no mask, and its gamma is one of brightness.
        var subset = SubsetSettings.From(config) with { Transparency = TransparencyHandling.Drop, Compatibility = Compatibility.Kohya2188 };
        if (settings.TryGetProperty("custom_attributes", out var attributes))
            subset = subset with { CustomAttributes = attributes.EnumerateObject().ToDictionary(a => a.Name, a => (object?)a.Value.GetRawText()) };
        var train = new SubsetSource { Folder = Path.Combine(folder.Path, "train"), ClassTokens = "token", Settings = subset };
        var hasRegularization = recorded.Inputs.GetProperty("images").EnumerateArray().Any(i => i.GetProperty("is_reg").GetBoolean());
        var regularization = new SubsetSource { Folder = Path.Combine(folder.Path, "train", "reg"), ClassTokens = "class", IsRegularization = true, Settings = subset };
        return new()
        {
            Buckets = config.Buckets,
            BatchSize = settings.GetProperty("batch_size").GetInt32(),
            NetworkMultiplier = settings.GetProperty("network_multiplier").GetDouble(),
            Subsets = hasRegularization ? [train, regularization] : [train],
        };
    }

    private static void Compare(string what, BucketedDataset dataset, JsonElement batch, ScratchFolder folder, LoraConfig config, SafetensorsFile tensors, GoldenCheck check)
    {
        var images = batch.GetProperty("images").EnumerateArray()
            .Select(name => dataset.Images.Single(i => i.Image.Path == Path.Combine(folder.Path, "train", name.GetString()!))).ToList();
        var draws = new RecordedDraws(batch.TryGetProperty("draws", out var recorded) ? [.. recorded.EnumerateArray()] : []);
        var samples = images.Select(image => ImageLoader.LoadSample(image, draws)).ToList();
        draws.CheckAllUsed(check);
        var expected = batch.GetProperty("expected");
        ComparePixels(what, samples, expected, tensors, check);
        check.EqualList($"{what}: captions", [.. expected.GetProperty("captions").EnumerateArray().Select(c => c.GetString()!)],
            [.. images.Select(i => new CaptionRecipe(i.Image.Subset.Settings, 0).Make(i.Image.Caption.Text, 1, 0, draws))]);
        check.EqualList($"{what}: loss_weights", [.. expected.GetProperty("loss_weights").EnumerateArray().Select(w => w.GetDouble())],
            [.. images.Select(i => i.Image.Subset.IsRegularization ? config.Objective.PriorLossWeight : 1)]);
        check.EqualList($"{what}: flippeds", [.. expected.GetProperty("flippeds").EnumerateArray().Select(f => f.GetBoolean())], [.. samples.Select(s => s.IsFlipped)]);
        check.EqualList($"{what}: network_multipliers", [.. expected.GetProperty("network_multipliers").EnumerateArray().Select(m => m.GetDouble())],
            [.. images.Select(_ => dataset.Dataset.NetworkMultiplier)]);
        check.EqualList($"{what}: custom_attributes", [.. expected.GetProperty("custom_attributes").EnumerateArray().Select(a => string.Join(',', a.EnumerateObject().Select(p => $"{p.Name}={p.Value.GetRawText()}")))],
            [.. images.Select(i => string.Join(',', i.Image.Subset.Settings.CustomAttributes.Select(a => $"{a.Key}={a.Value}")))]);
        CompareConditioning(what, samples, expected, check);
        samples.ForEach(s => s.Dispose());
    }

    private static void ComparePixels(string what, List<LoadedSample> samples, JsonElement expected, SafetensorsFile tensors, GoldenCheck check)
    {
        var want = tensors[Pixels.Key(expected.GetProperty("images_levels"))];
        var first = samples[0].Pixels;
        check.EqualList($"{what}: shape", [.. want.Shape], [samples.Count, 3, first.Height, first.Width]);
        using var got = TorchSharp.torch.cat(samples.Select(s => ImageLoader.ToTensor(s.Pixels)).ToArray(), 0);
        var levels = got.data<float>().Select(v => Math.Round((v * 0.5 + 0.5) * 255)).ToArray();
        check.Close($"{what}: levels", [.. tensors.Bytes(want).ToArray().Select(b => (double)b)], levels, rtol: 0, atol: expected.GetProperty("images_levels").GetProperty("atol").GetDouble());
        if (expected.TryGetProperty("images", out var images))
            check.Close($"{what}: images", tensors.ReadFloats(Pixels.Key(images)), got.data<float>().ToArray(), rtol: 0, atol: images.GetProperty("atol").GetDouble());
        if (expected.TryGetProperty("alpha_masks", out var masks) && masks.ValueKind == JsonValueKind.Object)
        {
            using var mask = TorchSharp.torch.cat(samples.Select(ImageLoader.ToMask).ToArray(), 0);
            check.Close($"{what}: alpha_masks", tensors.ReadFloats(Pixels.Key(masks)), mask.data<float>().ToArray(), rtol: 0, atol: masks.GetProperty("atol").GetDouble());
        }
    }

    private static void CompareConditioning(string what, List<LoadedSample> samples, JsonElement expected, GoldenCheck check)
    {
        var tops = expected.TryGetProperty("right_crop_top_lefts", out var right) ? right : expected.GetProperty("crop_top_lefts");
        (int, int)[] Pairs(JsonElement list) => [.. list.EnumerateArray().Select(p => (p[0].GetInt32(), p[1].GetInt32()))];
        check.EqualList($"{what}: target_sizes_hw", Pairs(expected.GetProperty("target_sizes_hw")), [.. samples.Select(s => (s.Conditioning.Target.Height, s.Conditioning.Target.Width))]);
        check.EqualList($"{what}: original_sizes_hw", Pairs(expected.GetProperty("original_sizes_hw")), [.. samples.Select(s => (s.Conditioning.Original.Height, s.Conditioning.Original.Width))]);
        check.EqualList($"{what}: crop_top_lefts", Pairs(tops), [.. samples.Select(s => (s.Conditioning.CropTop, s.Conditioning.CropLeft))]);
    }

    // The middle of every range.
    private sealed class NoDraws : KohyaPS.Datasets.ISampleDraws
    {
        public double Next() => 0.5;

        public int Between(int low, int high) => low + (high - low) / 2;

        public double Uniform(double low, double high) => (low + high) / 2;

        public int Choose(int count) => 0;

        public void Shuffle<T>(IList<T> items)
        {
        }
    }
}
