using System.Text.Json;
using KohyaPS.Engine.Training.Saving;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Which pictures take part how often, their buckets, the batches of an epoch and the steps that follow.</summary>
internal static class BatchCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        var config = ConfigFrom.Settings(Without(recorded.Settings, "train_batch_size")).With("train_batch_size", recorded.Settings.GetProperty("train_batch_size").GetInt64());
        var read = recorded.Inputs.GetProperty("datasets").EnumerateArray().Select(dataset => DatasetOf(dataset, config)).ToList();
        var datasets = BucketedDataset.CreateAll(read);
        foreach (var (dataset, expected, index) in datasets.Zip(recorded.Expected.GetProperty("datasets").EnumerateArray(), Enumerable.Range(0, datasets.Count)))
            Compare($"dataset {index}", dataset, expected, check);
        check.Equal("num_train_images", recorded.Expected.GetProperty("num_train_images").GetInt64(), datasets.Sum(d => d.TrainSampleCount));
        check.Equal("num_reg_images", recorded.Expected.GetProperty("num_reg_images").GetInt64(), datasets.Sum(d => d.RegularizationSampleCount));

        var planner = new EpochPlanner(datasets);
        check.Equal("batch_count", recorded.Expected.GetProperty("batch_count").GetInt32(), planner.BatchesPerEpoch);
        CheckEpochs(planner, check);
        if (planner.BatchesPerEpoch > 0)
            foreach (var steps in recorded.Expected.GetProperty("steps").EnumerateArray().Where(s => s.GetProperty("num_processes").GetInt32() == 1))
                CompareSteps(config, planner, steps, check);
    }

    private static JsonElement Without(JsonElement settings, string name) =>
        JsonSerializer.SerializeToElement(settings.EnumerateObject().Where(s => s.Name != name).ToDictionary(s => s.Name, s => s.Value));

    // The subsets of the case as if they had been found on disk.
    private static TrainingDataset DatasetOf(JsonElement subsets, LoraConfig config)
    {
        var kept = new List<DatasetSubset>();
        foreach (var subset in subsets.EnumerateArray())
        {
            var found = new DatasetSubset
            {
                Folder = subset.GetProperty("image_dir").GetString()!,
                Repeats = subset.GetProperty("num_repeats").GetInt64(),
                IsRegularization = subset.GetProperty("is_reg").GetBoolean(),
            };
            if (found.Repeats < 1 || kept.Any(k => k.Folder == found.Folder))
                continue;
            found.Images = [.. subset.GetProperty("images").EnumerateArray().Select(image =>
                new TrainingImage(image[0].GetString()!, found, new(image[1].GetInt32(), image[2].GetInt32()), new("", CaptionSource.None)))];
            if (found.Images.Count > 0)
                kept.Add(found);
        }
        return new() { Subsets = kept, BatchSize = config.Training.TrainBatchSize, Buckets = config.Buckets };
    }

    private static void Compare(string what, BucketedDataset got, JsonElement expected, GoldenCheck check)
    {
        check.EqualList($"{what}: kept_subsets", [.. expected.GetProperty("kept_subsets").EnumerateArray().Select(s => s.GetString()!)], [.. got.Dataset.Subsets.Select(s => s.Folder)]);
        check.EqualList($"{what}: registered", [.. expected.GetProperty("registered").EnumerateArray().Select(r => r.GetRawText().Replace(" ", "", StringComparison.Ordinal))],
            [.. got.Images.Select(Row)]);
        check.Equal($"{what}: num_train_images", expected.GetProperty("num_train_images").GetInt64(), got.TrainSampleCount);
        check.Equal($"{what}: num_reg_images", expected.GetProperty("num_reg_images").GetInt64(), got.RegularizationSampleCount);
        check.EqualList($"{what}: buckets", [.. expected.GetProperty("buckets").EnumerateArray().Select(b => AssignmentCases.SizeOf(b.GetProperty("resolution")))], [.. got.Buckets.Select(b => b.Size)]);
        foreach (var (bucket, want) in got.Buckets.Zip(expected.GetProperty("buckets").EnumerateArray()))
            check.EqualList($"{what}: entries of {bucket.Size}", [.. want.GetProperty("entries").EnumerateArray().Select(e => e.GetInt32())],
                [.. bucket.Images.SelectMany(image => Enumerable.Repeat(image.Index - got.Images[0].Index, (int)image.Repeats))]);
        check.Equal($"{what}: batch_count", expected.GetProperty("batch_count").GetInt64(), got.BatchCount);
        var batches = got.Buckets.SelectMany((bucket, index) => Enumerable.Range(0, (int)bucket.BatchCount).Select(batch => (index, batch)));
        check.EqualList($"{what}: batches", [.. expected.GetProperty("batches_before_shuffle").EnumerateArray().Select(b => (b[0].GetInt32(), b[1].GetInt32()))], [.. batches]);
        if (expected.GetProperty("bucket_info") is { ValueKind: JsonValueKind.Object } info)
        {
            check.EqualList($"{what}: counts", [.. info.GetProperty("buckets").EnumerateObject().Select(b => b.Value.GetProperty("count").GetInt64())], [.. got.Buckets.Select(b => b.SampleCount)]);
            check.Close($"{what}: mean_img_ar_error", info.GetProperty("mean_img_ar_error").GetDouble(), (double)BucketMetadata.Of(got)!["mean_img_ar_error"]!, rtol: 1e-13);
        }
    }

    private static string Row(RegisteredImage image)
    {
        var (bucket, resized) = (image.Assignment.Bucket, image.Assignment.Resized);
        return JsonSerializer.Serialize(new object[]
        {
            image.Image.Path, image.Repeats, image.Image.Subset.IsRegularization, bucket.Width, bucket.Height, resized.Width, resized.Height,
        });
    }

    // The order is ours: every epoch must hold the same samples, in batches of one bucket each.
    private static void CheckEpochs(EpochPlanner planner, GoldenCheck check)
    {
        foreach (var epoch in new[] { 1, 2 })
        {
            var batches = planner.Batches(seed: 42, epoch);
            var drawn = batches.SelectMany(b => b.Samples).CountBy(s => s.Image.Index).OrderBy(c => c.Key).Select(c => (c.Key, (long)c.Value)).ToList();
            check.EqualList($"samples of epoch {epoch}", [.. planner.Datasets.SelectMany(d => d.Images).Select(i => (i.Index, i.Repeats))], drawn);
            check.True($"a batch of epoch {epoch} mixes buckets", batches.All(b => b.Samples.All(s => s.Image.Assignment.Bucket == b.Bucket)));
        }
    }

    private static void CompareSteps(LoraConfig config, EpochPlanner planner, JsonElement steps, GoldenCheck check)
    {
        var accumulation = steps.GetProperty("gradient_accumulation_steps").GetInt32();
        var length = StepArithmetic.Compute(
            config.With("gradient_accumulation_steps", accumulation)
                .With("max_train_epochs", Number(steps.GetProperty("max_train_epochs")))
                .With("max_train_steps", Number(steps.GetProperty("max_train_steps"))),
            planner.Datasets.Sum(d => d.TrainSampleCount), planner.BatchesPerEpoch, hasRegularization: false);
        check.Equal("updates per epoch", steps.GetProperty("expected_updates_per_epoch").GetInt32(), length.StepsPerEpoch);
        check.Equal("max_train_steps", steps.GetProperty("expected_max_train_steps").GetInt32(), length.TotalSteps);
        check.Equal("epochs", steps.GetProperty("expected_epochs").GetInt32(), length.Epochs);
    }

    private static long? Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt64();
}
