namespace KohyaPS.Engine.Training.Saving;

/// <summary>What the metadata say about pictures, captions and buckets. Keys are without their ss_.</summary>
internal static class DatasetMetadata
{
    /// <summary>The entries: one dataset in plain words, described or several ones as a list.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Of(TrainingRecord record) =>
        Shared(record).Concat(record.Config.DescribesDatasets || record.Datasets.Count != 1 ? Several(record) : Single(record, record.Datasets[0]));

    private static IEnumerable<KeyValuePair<string, object?>> Shared(TrainingRecord record) =>
    [
        new("num_train_images", record.Datasets.Sum(d => d.TrainSampleCount)),
        new("num_validation_images", 0),
        new("num_reg_images", record.Datasets.Sum(d => d.RegularizationSampleCount)),
        new("num_batches_per_epoch", record.Length.BatchesPerEpoch),
        new("caption_dropout_rate", record.Config.Captions.CaptionDropoutRate),
        new("caption_dropout_every_n_epochs", record.Config.Captions.CaptionDropoutEveryNEpochs),
        new("caption_tag_dropout_rate", record.Config.Captions.CaptionTagDropoutRate),
        new("face_crop_aug_range", record.Config.Augmentation.FaceCropAugRange),
        new("resize_interpolation", record.Config.Buckets.ResizeInterpolation),
    ];

    private static IEnumerable<KeyValuePair<string, object?>> Single(TrainingRecord record, BucketedDataset dataset)
    {
        var buckets = dataset.Dataset.Buckets;
        var subsets = dataset.Dataset.Subsets;
        return
        [
            new("batch_size_per_device", dataset.Dataset.BatchSize),
            new("total_batch_size", dataset.Dataset.BatchSize * record.Config.Training.GradientAccumulationSteps),
            new("resolution", buckets.Resolution),
            new("color_aug", record.Config.Augmentation.ColorAug),
            new("flip_aug", record.Config.Augmentation.FlipAug),
            new("random_crop", record.Config.Augmentation.RandomCrop),
            new("shuffle_caption", record.Config.Captions.ShuffleCaption),
            new("keep_tokens", record.Config.Captions.KeepTokens),
            new("enable_bucket", buckets.EnableBucket),
            new("bucket_no_upscale", buckets.EnableBucket && buckets.BucketNoUpscale),
            new("min_bucket_reso", buckets.EnableBucket ? buckets.MinBucketReso : null),
            new("max_bucket_reso", buckets.EnableBucket ? buckets.MaxBucketReso : null),
            new("dataset_dirs", PythonJson.Write(Folders(subsets.Where(s => !s.IsRegularization)))),
            new("reg_dataset_dirs", PythonJson.Write(Folders(subsets.Where(s => s.IsRegularization)))),
            new("tag_frequency", PythonJson.Write(Tags(dataset))),
            new("bucket_info", PythonJson.Write(BucketMetadata.Of(dataset))),
        ];
    }

    private static IEnumerable<KeyValuePair<string, object?>> Several(TrainingRecord record)
    {
        var tags = new Dictionary<string, Dictionary<string, int>>();
        foreach (var (folder, counts) in record.Datasets.SelectMany(Tags))
            tags.TryAdd(folder, counts);
        return
        [
            new("datasets", PythonJson.Write(record.Datasets.Select(Describe))),
            new("tag_frequency", PythonJson.Write(tags)),
            new("dataset_dirs", PythonJson.Write(Folders(record.Datasets.SelectMany(d => d.Dataset.Subsets).Where(s => !s.IsRegularization)))),
        ];
    }

    private static Dictionary<string, object?> Describe(BucketedDataset dataset)
    {
        var buckets = dataset.Dataset.Buckets;
        return new()
        {
            ["is_dreambooth"] = dataset.Dataset.Subsets.All(subset => subset.MetadataFile is null),
            ["batch_size_per_device"] = dataset.Dataset.BatchSize,
            ["num_train_images"] = dataset.TrainSampleCount,
            ["num_reg_images"] = dataset.RegularizationSampleCount,
            ["resolution"] = new[] { buckets.Resolution.Width, buckets.Resolution.Height },
            ["enable_bucket"] = buckets.EnableBucket,
            ["min_bucket_reso"] = buckets.EnableBucket ? buckets.MinBucketReso : null,
            ["max_bucket_reso"] = buckets.EnableBucket ? buckets.MaxBucketReso : null,
            ["tag_frequency"] = Tags(dataset),
            ["bucket_info"] = BucketMetadata.Of(dataset),
            ["resize_interpolation"] = Word(buckets.ResizeInterpolation),
            ["subsets"] = dataset.Dataset.Subsets.Select(Describe),
        };
    }

    private static Dictionary<string, object?> Describe(DatasetSubset subset)
    {
        var described = new Dictionary<string, object?>
        {
            ["img_count"] = subset.Images.Count,
            ["num_repeats"] = subset.Repeats,
            ["color_aug"] = subset.Settings.ColorAug,
            ["flip_aug"] = subset.Settings.FlipAug,
            ["random_crop"] = subset.Settings.RandomCrop,
            ["shuffle_caption"] = subset.Settings.ShuffleCaption,
            ["keep_tokens"] = subset.Settings.KeepTokens,
            ["keep_tokens_separator"] = subset.Settings.KeepTokensSeparator ?? "",
            ["secondary_separator"] = subset.Settings.SecondarySeparator,
            ["enable_wildcard"] = subset.Settings.EnableWildcard,
            ["caption_prefix"] = subset.Settings.CaptionPrefix,
            ["caption_suffix"] = subset.Settings.CaptionSuffix,
            ["resize_interpolation"] = Word(subset.Settings.ResizeInterpolation),
        };
        if (subset.Folder.Length > 0)
            described["image_dir"] = Path.GetFileName(Path.TrimEndingDirectorySeparator(subset.Folder));
        if (subset.MetadataFile is { } metadataFile)
        {
            described["metadata_file"] = Path.GetFileName(metadataFile);
            return described;
        }
        described["class_tokens"] = subset.ClassTokens;
        described["is_reg"] = subset.IsRegularization;
        return described;
    }

    /// <summary>A folder that several datasets use keeps its first name; the others are numbered.</summary>
    private static Dictionary<string, object?> Folders(IEnumerable<DatasetSubset> subsets)
    {
        var folders = new Dictionary<string, object?>();
        foreach (var subset in subsets)
        {
            var name = subset.Name;
            for (var number = 2; folders.ContainsKey(name); number++)
                name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{subset.Name} ({number})");
            folders[name] = new Dictionary<string, object?> { ["n_repeats"] = subset.Repeats, ["img_count"] = subset.Images.Count };
        }
        return folders;
    }

    private static Dictionary<string, Dictionary<string, int>> Tags(BucketedDataset dataset)
    {
        var tags = new Dictionary<string, Dictionary<string, int>>();
        foreach (var subset in dataset.Dataset.Subsets)
        {
            if (!tags.TryGetValue(subset.Name, out var counts))
                tags[subset.Name] = counts = [];
            foreach (var (tag, count) in TagFrequency.Of(subset))
                counts[tag] = counts.GetValueOrDefault(tag) + count;
        }
        return tags;
    }

    private static string? Word(ResizeInterpolation? interpolation) => interpolation is { } chosen ? SettingText.Format(chosen) : null;
}
