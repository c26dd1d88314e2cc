using System.Text.Json;
using KohyaPS.Engine.Caching;
using KohyaPS.Engine.Imaging;
using KohyaPS.Engine.Training.Batches;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Dataset;

/// <summary>
/// Latents cached in the peer's files: which pictures are encoded together, what is written for a recorded distribution and noise, and what a batch reads back,
/// from our file and from the peer's.
/// </summary>
internal static class LatentCacheCases
{
    private const double SampleTolerance = 1e-6;

    // The peer computes the sample in bf16.
    private const double BrainFloatTolerance = 0.05;

    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        using var tensors = recorded.OpenTensors();
        using var scope = NewDisposeScope();
        foreach (var image in recorded.Inputs.GetProperty("images").EnumerateArray())
            Pixels.Save(Path.Combine(folder.Path, image.GetProperty("file_name").GetString()!), tensors, image.GetProperty("pixels").GetString()!);
        var images = Images(recorded, folder.Path);
        var settings = recorded.Settings;
        var groups = LatentFiller.Groups(images, settings.GetProperty("vae_batch_size").GetInt32());
        check.EqualList("encode_groups", [.. recorded.Expected.GetProperty("encode_groups").EnumerateArray().Select(Names)], [.. groups.Select(g => string.Join(',', g.Select(i => i.Image.Name)))]);

        var noises = recorded.Root.GetProperty("posterior").EnumerateArray().ToDictionary(p => (p.GetProperty("file_name").GetString()!, p.GetProperty("flipped").GetBoolean()));
        Tensor Recorded(RegisteredImage image, bool isFlipped, string name) => ReadTensor(tensors, noises[(image.Image.Name, isFlipped)].GetProperty(name).GetString()!).unsqueeze(0);
        LatentDistribution Distribution(RegisteredImage image, bool isFlipped) => new(Recorded(image, isFlipped, "mean"), Recorded(image, isFlipped, "std"));

        var files = recorded.Expected.TryGetProperty("files", out var found) ? found.EnumerateArray().ToList() : [];
        using var store = new KohyaLatentFiles(settings.GetProperty("sdxl").GetBoolean(), "a VAE", isTrusted: false, (image, isFlipped, _) => Recorded(image, isFlipped, "noise"));
        foreach (var image in images)
        {
            check.True($"{image.Image.Name}: nothing is cached yet", !store.Contains(image));
            using var sample = ImageLoader.LoadSample(image, draws: null);
            store.Write(image, new(Distribution(image, false), image.Image.Subset.Settings.FlipAug ? Distribution(image, true) : null, PictureEncoder.MaskOf(sample)));
            check.True($"{image.Image.Name}: is cached", store.Contains(image));
        }
        foreach (var file in files)
            CompareFile(recorded, file, folder.Path, check);
        CompareBatches(recorded, images, store, tensors, check, IsBrainFloat(recorded) ? BrainFloatTolerance : SampleTolerance);

        // The peer's own files, in the places of ours.
        if (files.Count == 0)
            return;
        foreach (var file in files)
            File.Copy(Path.Combine(recorded.Folder, file.GetProperty("file").GetString()!), Path.Combine(folder.Path, file.GetProperty("file_name").GetString()!), overwrite: true);
        foreach (var image in images)
            check.True($"{image.Image.Name}: the peer's file is used", store.Contains(image));
        CompareBatches(recorded, images, store, tensors, check, SampleTolerance);
    }

    private static bool IsBrainFloat(DatasetCase recorded) => recorded.Settings.GetProperty("vae_dtype").GetString() == "bfloat16";

    private static IReadOnlyList<RegisteredImage> Images(DatasetCase recorded, string folder)
    {
        string[] others = ["sdxl", "vae_dtype", "num_repeats"];
        var settings = JsonSerializer.SerializeToElement(recorded.Settings.EnumerateObject().Where(s => !others.Contains(s.Name)).ToDictionary(s => s.Name, s => s.Value));
        var config = ConfigFrom.Settings(settings);
        var source = new DatasetSource
        {
            Buckets = config.Buckets,
            BatchSize = config.Training.TrainBatchSize,
            Subsets = [new SubsetSource { Folder = folder, ClassTokens = "", Settings = SubsetSettings.From(config) with { Transparency = TransparencyHandling.Drop } }],
        };
        return BucketedDataset.Create(DatasetReader.Read(source)).Images;
    }

    private static void CompareFile(DatasetCase recorded, JsonElement file, string folder, GoldenCheck check)
    {
        var name = file.GetProperty("file_name").GetString()!;
        var ours = Path.Combine(folder, name);
        check.True($"{name} was not written", File.Exists(ours));
        if (!File.Exists(ours))
            return;
        CacheCases.CompareMembers(name, file, ours, check);
        var (want, got) = (KohyaLatents.Read(Path.Combine(recorded.Folder, file.GetProperty("file").GetString()!))!, KohyaLatents.Read(ours)!);
        var tolerance = IsBrainFloat(recorded) ? BrainFloatTolerance : SampleTolerance;
        check.Close($"{name}: latents", want.Latents, got.Latents, rtol: 0, atol: tolerance);
        check.Equal($"{name}: original_size", want.OriginalSize, got.OriginalSize);
        check.Close($"{name}: crop_ltrb", [.. want.CropBox], [.. got.CropBox], rtol: 0, atol: 1e-9);
        if (want.Flipped is not null)
            check.Close($"{name}: latents_flipped", want.Flipped, got.Flipped ?? [], rtol: 0, atol: tolerance);
        if (want.AlphaMask is not null)
            check.Close($"{name}: alpha_mask", want.AlphaMask, got.AlphaMask ?? [], rtol: 0, atol: 1.01 / 255);
    }

    private static void CompareBatches(DatasetCase recorded, IReadOnlyList<RegisteredImage> images, ILatentStore store, SafetensorsFile tensors, GoldenCheck check, double tolerance)
    {
        var source = new CachedLatents(store, seed: 0);
        foreach (var (batch, index) in recorded.Root.GetProperty("batches").EnumerateArray().Select((b, i) => (b, i)))
        {
            var draws = new RecordedDraws([.. batch.GetProperty("draws").EnumerateArray()]);
            var registered = batch.GetProperty("images").EnumerateArray().Select(name => images.Single(i => i.Image.Name == name.GetString())).ToList();
            var samples = registered.Select(image => source.Of(image, draws)).ToList();
            draws.CheckAllUsed(check);
            var expected = batch.GetProperty("expected");
            // Files of the peer hold samples: their deviation is 0.
            var latents = cat(samples.Select(s => s.Mean).ToArray(), 0);
            check.Close($"batch {index}: latents", tensors.ReadFloats(Pixels.Key(expected.GetProperty("latents"))), latents.data<float>().ToArray(), rtol: 0, atol: Math.Max(tolerance, expected.GetProperty("latents").GetProperty("atol").GetDouble()));
            check.True($"batch {index}: deviations", samples.All(s => s.Deviation.count_nonzero().item<long>() == 0));
            check.EqualList($"batch {index}: flippeds", [.. expected.GetProperty("flippeds").EnumerateArray().Select(f => f.GetBoolean())], [.. samples.Select(s => s.IsFlipped)]);
            (int, int)[] Pairs(string name) => [.. expected.GetProperty(name).EnumerateArray().Select(p => (p[0].GetInt32(), p[1].GetInt32()))];
            check.EqualList($"batch {index}: target_sizes_hw", Pairs("target_sizes_hw"), [.. samples.Select(s => (s.Conditioning.Target.Height, s.Conditioning.Target.Width))]);
            check.EqualList($"batch {index}: original_sizes_hw", Pairs("original_sizes_hw"), [.. samples.Select(s => (s.Conditioning.Original.Height, s.Conditioning.Original.Width))]);
            check.EqualList($"batch {index}: crop_top_lefts", Pairs("crop_top_lefts"), [.. samples.Select(s => (s.Conditioning.CropTop, s.Conditioning.CropLeft))]);
            if (expected.TryGetProperty("alpha_masks", out var masks) && masks.ValueKind == JsonValueKind.Object)
                CompareMasks($"batch {index}", registered, samples, store, masks, tensors, check);
        }
    }

    // In pixels as they are kept, and as small as the latents as they are trained with.
    private static void CompareMasks(string what, List<RegisteredImage> images, List<SampleLatents> samples, ILatentStore store, JsonElement masks, SafetensorsFile tensors, GoldenCheck check)
    {
        var want = ReadTensor(tensors, Pixels.Key(masks));
        var got = cat(images.Zip(samples, (image, sample) => store.Read(image).Mask! is var mask && sample.IsFlipped ? mask.flip(2) : store.Read(image).Mask!).ToArray(), 0);
        var tolerance = masks.GetProperty("atol").GetDouble();
        check.Close($"{what}: alpha_masks", want.data<float>().ToArray(), got.data<float>().ToArray(), rtol: 0, atol: tolerance);
        var small = KohyaPS.Engine.Training.Objectives.LossMask.Fit(want, samples[0].Mean.size(2), samples[0].Mean.size(3));
        check.Close($"{what}: fitted masks", small.data<float>().ToArray(), cat(samples.Select(s => s.Mask!).ToArray(), 0).data<float>().ToArray(), rtol: 0, atol: tolerance);
    }

    private static string Names(JsonElement group) => string.Join(',', group.EnumerateArray().Select(n => n.GetString()));

    private static Tensor ReadTensor(SafetensorsFile tensors, string key) => tensor(tensors.ReadFloats(key)).view([.. tensors[key].Shape]);
}
