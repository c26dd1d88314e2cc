using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>Buckets, caches, augmentation and where pictures come from; checked for every subset as it will be trained.</summary>
internal static class DatasetRules
{
    /// <summary>Smallest granularity of sides that the U-Nets take: three halvings of latents of an eighth for SD, two for SDXL.</summary>
    private const int SdSteps = 64;
    private const int SdxlSteps = 32;

    internal static IEnumerable<ConfigProblem> Check(LoraConfig config) =>
        Effective(config).SelectMany(effective => Buckets(effective).Concat(Caching(effective))).Concat(Sources(config)).Concat(Attributes(config)).Distinct();

    /// <summary>The configuration as it holds for each subset; itself when it has no datasets of its own.</summary>
    internal static IReadOnlyList<LoraConfig> Effective(LoraConfig config) => config.Datasets is null
        ? [config]
        : [.. config.Datasets.SelectMany(dataset => dataset.Subsets.Select(subset => config.For(dataset, subset)))];

    private static IEnumerable<ConfigProblem> Buckets(LoraConfig config)
    {
        var buckets = config.Buckets;
        var (width, height) = buckets.Resolution;
        if (Math.Min(width, height) < 8)
            yield return Error("Resolution", $"Resolution is {buckets.Resolution}; both sides must be at least 8 pixels.", "Set it to the size of the model, such as 512,512.");
        var defaults = new BucketsSettings();
        var limitsAreSet = buckets.MinBucketReso != defaults.MinBucketReso || buckets.MaxBucketReso != defaults.MaxBucketReso;
        if (!buckets.EnableBucket)
        {
            if (limitsAreSet)
                yield return Warning("MinBucketReso", "MinBucketReso and MaxBucketReso have no effect without EnableBucket.", "Set EnableBucket, or leave them out.");
            yield break;
        }
        if (limitsAreSet && buckets.BucketNoUpscale)
            yield return Warning("MinBucketReso", "MinBucketReso and MaxBucketReso have no effect with BucketNoUpscale: bucket sizes come from the pictures.", "Set BucketNoUpscale to false, or leave them out.");
        if (Math.Min(width, height) < buckets.MinBucketReso)
            yield return Error("MinBucketReso", $"The smaller side of Resolution {buckets.Resolution} is less than MinBucketReso {SettingText.Format(buckets.MinBucketReso)}.", $"Set MinBucketReso to at most {SettingText.Format(Math.Min(width, height))}.");
        if (Math.Max(width, height) > buckets.MaxBucketReso)
            yield return Error("MaxBucketReso", $"The larger side of Resolution {buckets.Resolution} is more than MaxBucketReso {SettingText.Format(buckets.MaxBucketReso)}.", $"Set MaxBucketReso to at least {SettingText.Format(Math.Max(width, height))}.");
        if (buckets.BucketResoSteps < 1)
            yield break;
        var multiple = config.Model.Sdxl ? SdxlSteps : SdSteps;
        if (buckets.BucketResoSteps % multiple != 0)
            yield return Error("BucketResoSteps", $"BucketResoSteps is {SettingText.Format(buckets.BucketResoSteps)}, but the U-Net takes sides that are multiples of {SettingText.Format(multiple)}.", $"Set BucketResoSteps to {SettingText.Format(multiple)} or a multiple of it.");
        foreach (var (name, value, direction) in new[] { ("MinBucketReso", buckets.MinBucketReso, "down"), ("MaxBucketReso", buckets.MaxBucketReso, "up") })
        {
            if (value % buckets.BucketResoSteps != 0)
                yield return Warning(name, $"{name} {SettingText.Format(value)} is not a multiple of BucketResoSteps {SettingText.Format(buckets.BucketResoSteps)} and is rounded {direction}.", $"Set {name} to a multiple of {SettingText.Format(buckets.BucketResoSteps)}.");
        }
    }

    private static IEnumerable<ConfigProblem> Caching(LoraConfig config)
    {
        var caching = config.Caching;
        if (config.Augmentation.FaceCropAugRange is not null && (config.Buckets.EnableBucket || caching.KeepsLatents))
            yield return Warning("FaceCropAugRange", $"FaceCropAugRange has no effect with {(config.Buckets.EnableBucket ? "EnableBucket" : "CacheLatents")}: pictures are cut around faces only without buckets and caches.", "Set EnableBucket and CacheLatents to false, or leave FaceCropAugRange out.");
        if (caching.CacheLatentsToDisk && !caching.CacheLatents)
            yield return Warning("CacheLatentsToDisk", "CacheLatentsToDisk turns CacheLatents on.", "Set both.");
        if (!caching.KeepsLatents)
            yield break;
        var changing = new[] { (Name: "ColorAug", IsOn: config.Augmentation.ColorAug), (Name: "RandomCrop", IsOn: config.Augmentation.RandomCrop) };
        foreach (var (name, _) in changing.Where(change => change.IsOn))
            yield return Error("CacheLatents", $"{name} changes a picture each time it is read, which cached latents cannot follow.", $"Set CacheLatents to false, or leave out {name}.");
    }

    private static IEnumerable<ConfigProblem> Sources(LoraConfig config)
    {
        var folders = config.Folders;
        if (folders.DatasetConfig is not null && config.Datasets is not null)
            yield return Error("DatasetConfig", "DatasetConfig names a file of datasets, and the configuration holds datasets of its own.", "Keep one of them.");
        if (config.DescribesDatasets)
        {
            var unused = new (string Name, string? Path)[] { ("TrainDataDir", folders.TrainDataDir), ("RegDataDir", folders.RegDataDir), ("InJson", folders.InJson) };
            foreach (var (name, _) in unused.Where(folder => folder.Path is not null))
                yield return Warning(name, $"{name} has no effect, since datasets are described.", $"Leave out {name}, or the datasets.");
        }
        if (config.Augmentation.FaceCropAugRange is { } range && (range.Count != 2 || range[0] > range[1] || range[0] <= 0))
            yield return Error("FaceCropAugRange", $"FaceCropAugRange is {SettingText.Format(range)}; it is two numbers above 0, the smaller one first.", "Set it to two numbers such as 2.0,4.0.");
        foreach (var subset in (config.Datasets ?? []).SelectMany(dataset => dataset.Subsets).Where(subset => subset.NumRepeats < 1))
            yield return Warning("Datasets", $"The subset '{subset.ImageDir ?? subset.MetadataFile}' has num_repeats {SettingText.Format(subset.NumRepeats)} and is not trained.", "Set num_repeats to at least 1, or remove the subset.");
        if (config.Datasets is { Count: 0 })
            yield return Error("Datasets", "No datasets are described, so there is nothing to train.", "Describe one with a subset, or leave the datasets out and set TrainDataDir.");
        if (folders.InJson is not null && folders.RegDataDir is not null)
            yield return Warning("RegDataDir", "RegDataDir has no effect with InJson: datasets of metadata files have no regularisation pictures.", "Leave out RegDataDir.");
        foreach (var dataset in config.Datasets ?? [])
        {
            if (dataset.Subsets.Count == 0)
                yield return Error("Datasets", "A dataset has no subsets, so there is nothing to train in it.", "Give it a subset with image_dir, or remove it.");
            var masks = dataset.Subsets.Count(subset => subset.ConditioningDataDir is not null);
            if (masks > 0 && !config.Objective.MaskedLoss)
                yield return Error("Datasets", "conditioning_data_dir names masks, which count with MaskedLoss only.", "Set MaskedLoss, or remove conditioning_data_dir.");
            if (masks > 0 && masks < dataset.Subsets.Count)
                yield return Error("Datasets", "A dataset has subsets with conditioning_data_dir and others without.", "Put them into two datasets.");
            var metadata = dataset.Subsets.Count(subset => subset.MetadataFile is not null);
            if (metadata > 0 && metadata < dataset.Subsets.Count)
                yield return Error("Datasets", "A dataset has subsets with metadata_file and others without.", "Put them into two datasets.");
        }
    }

    private static IEnumerable<ConfigProblem> Attributes(LoraConfig config)
    {
        foreach (var (name, value) in (config.Datasets ?? []).SelectMany(dataset => dataset.Subsets).SelectMany(subset => subset.CustomAttributes))
        {
            if (name != SubsetDefinition.PreservationKey)
                yield return Warning("Datasets", $"custom_attributes of a subset hold '{name}', which nothing reads.", NearestName.Find(name, [SubsetDefinition.PreservationKey]) is { } nearest ? $"Did you mean '{nearest}'?" : "Remove it.");
            else if (value is not bool isPreserved)
                yield return Error("Datasets", $"{name} in custom_attributes of a subset is neither true nor false.", $"Write custom_attributes = {{ {name} = true }}.");
            else if (isPreserved && config.Network.NetworkTrainTextEncoderOnly)
                yield return Warning("Datasets", $"{name} compares what the U-Net predicts with and without the network, and with NetworkTrainTextEncoderOnly that is the same: these pictures teach nothing.", $"Leave out {name}, or train the U-Net, too.");
        }
    }
}
