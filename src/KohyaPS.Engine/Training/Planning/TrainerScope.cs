namespace KohyaPS.Engine.Training.Planning;

/// <summary>
/// Settings that a configuration may rightly hold and that this version's trainer does not carry out. A training that would leave one out
/// silently is refused before it starts.
/// </summary>
internal static class TrainerScope
{
    /// <summary>What the trainer would have to leave out.</summary>
    public static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        if (config.Optimizer.OptimizerType != OptimizerType.AdamW)
            yield return Later(nameof(OptimizerSettings.OptimizerType), $"the optimizer {config.Optimizer.OptimizerType}", "Set -OptimizerType AdamW.");
        if (config.Schedule.LrScheduler is LrScheduler.Adafactor or LrScheduler.PiecewiseConstant or LrScheduler.WarmupStableDecay)
            yield return Later(nameof(ScheduleSettings.LrScheduler), $"the schedule {config.Schedule.LrScheduler}", "Set -LrScheduler cosine, linear or constant.");
        if (config.Schedule.LrSchedulerArgs is { Count: > 0 })
            yield return Later(nameof(ScheduleSettings.LrSchedulerArgs), "arguments of schedules", "Leave them out.");
        if (config.Network.NetworkModule != NetworkModule.Lora)
            yield return Later(nameof(NetworkSettings.NetworkModule), $"networks of the kind {config.Network.NetworkModule}", "Set -NetworkModule networks.lora.");
        if (config.Network.NetworkWeights is not null || config.Network.DimFromWeights || config.Network.BaseWeights is { Count: > 0 })
            yield return Later(nameof(NetworkSettings.NetworkWeights), "starting from the weights of another network", "Leave NetworkWeights, DimFromWeights and BaseWeights out; a saved state is continued with -Resume.");
        if (config.Objective.MaskedLoss || config.Objective.AlphaMask)
            yield return Later(config.Objective.MaskedLoss ? nameof(ObjectiveSettings.MaskedLoss) : nameof(ObjectiveSettings.AlphaMask), "masked loss", "Leave it out.");
        if (config.Captions.WeightedCaptions)
            yield return Later(nameof(CaptionsSettings.WeightedCaptions), "weights in captions", "Leave it out.");
        if (config.Augmentation.FlipAug || config.Augmentation.ColorAug || config.Augmentation.RandomCrop || config.Augmentation.FaceCropAugRange is not null)
            yield return Later(nameof(AugmentationSettings.FlipAug), "random changes of pictures", "Leave FlipAug, ColorAug, RandomCrop and FaceCropAugRange out.");
        if (config.Caching.CacheLatentsToDisk || config.Caching.CacheTextEncoderOutputs || config.Caching.CacheTextEncoderOutputsToDisk)
            yield return Later(nameof(CachingSettings.CacheLatentsToDisk), "caches on disk", "Set -CacheLatents instead; the states of a frozen text encoder are kept in memory in any case.");
        if (config.Saving.SaveModelAs != NetworkFileFormat.Safetensors)
            yield return Later(nameof(SavingSettings.SaveModelAs), "other files than .safetensors", "Set -SaveModelAs safetensors.");
        if (config.Runtime.FullFp16 || config.Runtime.FullBf16)
            yield return Later(config.Runtime.FullFp16 ? nameof(RuntimeSettings.FullFp16) : nameof(RuntimeSettings.FullBf16), "half-precision training of the LoRA itself", "Leave it out; -MixedPrecision decides the type of the model.");
        if (config.Training.InitialEpoch is not null || config.Training.InitialStep is not null || config.Training.SkipUntilInitialStep)
            yield return Later(nameof(TrainingSettings.InitialStep), "a chosen first step or epoch", "Leave it out; -Resume goes on where the state stands.");
        if (config.Folders.InJson is not null)
            yield return Later(nameof(FoldersSettings.InJson), "datasets of metadata files", "Name a folder with -TrainDataDir.");
        if (config.Datasets?.SelectMany(d => d.Subsets).Any(s => s.ConditioningDataDir is not null || s.DiffOutputPreservation == true || s.MetadataFile is not null) == true)
            yield return Later(nameof(FoldersSettings.DatasetConfig), "masks, metadata files and output preservation of subsets", "Remove them from the dataset configuration.");
    }

    private static ConfigProblem Later(string setting, string what, string remedy) => new(setting, $"{setting}: {what} arrive with a later version of KohyaPS.", remedy);
}
