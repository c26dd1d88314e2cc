using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Training.Saving;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>Plans a training from its configuration, the headers of its files and its pictures. Loads nothing, writes nothing.</summary>
internal static class TrainingPlanner
{
    /// <summary>Makes the plan, with everything that is wrong or doubtful.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="cancellation">Ends the reading of pictures early.</param>
    public static PlannedTraining Plan(LoraConfig config, CancellationToken cancellation = default)
    {
        var given = config;
        var problems = new List<ConfigProblem>();
        try
        {
            config = ConfigFiles.WithDatasets(config);
        }
        catch (Exception e) when (e is ConfigFormatException or IOException or UnauthorizedAccessException)
        {
            problems.Add(new(nameof(FoldersSettings.DatasetConfig), e.Message, ""));
        }
        using var checkpoint = OpenModel(config, problems);
        if (checkpoint is not null)
            config = ModelChoice.Settle(config, checkpoint, problems);
        // What was found out is no choice of the user's to warn of.
        var rules = config.Validate().Where(p => given.Model.VParameterization || p.Setting != nameof(ModelSettings.VParameterization));
        problems.AddRange([.. rules, .. Required(config), .. StartingFileCheck.Check(config, checkpoint)]);
        var output = config.Resolve(config.Folders.OutputDir) ?? "";
        CheckOutput(config, output, problems);
        var datasets = PlannedDatasets.Prepare(config, cancellation);
        problems.AddRange(datasets.Problems);
        var length = Measure(config, datasets, problems);
        if (length is not null)
            problems.AddRange(ScheduleRules.CheckLength(config, length));
        (config, var memory) = Fit(config, checkpoint, datasets, problems);
        var epochs = datasets.Epochs;
        return new(new TrainingPlan
        {
            Name = config.Name,
            BaseModel = config.Resolve(config.Model.PretrainedModelNameOrPath) ?? "",
            Images = datasets.Read.Sum(d => d.ImageCount),
            RepeatedImages = (int)datasets.Read.Sum(d => d.RepeatedImageCount),
            RegularizationImages = epochs is null ? 0 : (int)(epochs.SamplesPerEpoch - datasets.Read.Sum(d => d.RepeatedImageCount)),
            BatchesPerEpoch = length?.BatchesPerEpoch ?? 0,
            StepsPerEpoch = length?.StepsPerEpoch ?? 0,
            Epochs = length?.Epochs ?? 0,
            TotalSteps = length?.TotalSteps ?? 0,
            WarmupSteps = length?.WarmupSteps ?? 0,
            StepEquation = length?.Equation ?? "nothing to train",
            Buckets = epochs is null ? [] : [.. epochs.Datasets.SelectMany(d => d.Buckets).Select(b => new PlannedBucket(b.Size.Width, b.Size.Height, (int)b.SampleCount, (int)b.BatchCount))],
            Problems = problems,
            Family = checkpoint?.Family,
            GradientCheckpointing = config.Training.GradientCheckpointing,
            BaseStorage = config.Runtime.BaseStorage,
            Memory = memory,
            NetworkPath = output.Length == 0 ? null : Path.Combine(output, config.Folders.FinalName + SaveNames.Extension(config)),
            Outputs = length is null ? [] : SaveNames.Planned(config, length, output),
        }, datasets, length, output, Chosen(given, config));
    }

    // Paths and datasets stay as they were given: they are read anew at each start.
    private static LoraConfig Chosen(LoraConfig given, LoraConfig settled) => given with
    {
        Model = settled.Model,
        Training = given.Training with { GradientCheckpointing = settled.Training.GradientCheckpointing },
        Runtime = given.Runtime with { BaseStorage = settled.Runtime.BaseStorage },
    };

    private static (LoraConfig Config, MemoryForecast Memory) Fit(LoraConfig config, Checkpoint? checkpoint, PlannedDatasets datasets, List<ConfigProblem> problems)
    {
        try
        {
            // A file that cannot be read was named above; without it network and memory cannot be planned.
            return checkpoint is null || problems.Any(p => p.Setting == nameof(NetworkSettings.NetworkWeights) || (p.Setting == nameof(ModelSettings.Vae) && !p.IsWarning))
                ? (config, MemoryForecaster.Nothing)
                : MemoryFit.Choose(config, c => MemoryForecaster.Forecast(c, checkpoint, datasets, PlannedDevice.Current), problems);
        }
        catch (TrainingException e)
        {
            // What is wrong with the planned network is a setting's fault; rules may have found the same, with better words.
            if (problems.All(p => p.IsWarning))
                problems.Add(new(nameof(NetworkSettings.NetworkModule), e.Message, ""));
            return (config, MemoryForecaster.Nothing);
        }
        catch (CheckpointFormatException e)
        {
            problems.Add(Unusable(e));
            return (config, MemoryForecaster.Nothing);
        }
    }

    private static TrainingLength? Measure(LoraConfig config, PlannedDatasets datasets, List<ConfigProblem> problems)
    {
        if (datasets.Epochs is not { BatchesPerEpoch: > 0 } epochs)
            return null;
        try
        {
            return StepArithmetic.Compute(config, datasets.Read.Sum(d => d.RepeatedImageCount), epochs.BatchesPerEpoch, datasets.Read.Any(d => d.RegularizationImageCount > 0));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            problems.Add(new(nameof(TrainingSettings.MaxTrainSteps), $"The number of steps cannot be computed: {e.Message}", "Set MaxTrainSteps or MaxTrainEpochs."));
            return null;
        }
    }

    private static Checkpoint? OpenModel(LoraConfig config, List<ConfigProblem> problems)
    {
        var path = config.Resolve(config.Model.PretrainedModelNameOrPath);
        if (path is null)
            return null;
        try
        {
            return Checkpoint.Open(path);
        }
        catch (Exception e) when (e is CheckpointFormatException or IOException or UnauthorizedAccessException)
        {
            problems.Add(Unusable(e));
            return null;
        }
    }

    private static ConfigProblem Unusable(Exception e) =>
        new(nameof(ModelSettings.PretrainedModelNameOrPath), e.Message, "Give the file or the diffusers folder of a Stable Diffusion 1.x, 2.x or XL model with -PretrainedModelNameOrPath.");

    private static IEnumerable<ConfigProblem> Required(LoraConfig config)
    {
        if (string.IsNullOrWhiteSpace(config.Model.PretrainedModelNameOrPath))
            yield return new(nameof(ModelSettings.PretrainedModelNameOrPath), "No base model is named.", "Give a Stable Diffusion checkpoint with -PretrainedModelNameOrPath.");
        if (string.IsNullOrWhiteSpace(config.Folders.OutputDir))
            yield return new(nameof(FoldersSettings.OutputDir), "No output folder is named.", "Give one with -OutputDir.");
        if (string.IsNullOrWhiteSpace(config.Folders.TrainDataDir) && config.Datasets is not { Count: > 0 })
            yield return new(nameof(FoldersSettings.TrainDataDir), "No folder of pictures is named.", "Give the folder above folders such as '10_mydog' with -TrainDataDir; Invoke-FolderPreparation makes them.");
    }

    private static void CheckOutput(LoraConfig config, string output, List<ConfigProblem> problems)
    {
        if (output.Length == 0)
            return;
        for (var folder = output; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(folder))
                problems.Add(new(nameof(FoldersSettings.OutputDir), $"'{folder}' is a file; a folder is to be there.", "Choose another OutputDir, or move the file away."));
            if (Directory.Exists(folder))
                break;
        }
        if (Directory.Exists(Path.Combine(output, $"{config.Folders.FinalName}{SaveNames.Extension(config)}")))
            problems.Add(new(nameof(FoldersSettings.OutputName), $"'{config.Folders.FinalName}{SaveNames.Extension(config)}' in '{output}' is a folder; the LoRA is to be written there.", "Choose another OutputName."));
    }
}
