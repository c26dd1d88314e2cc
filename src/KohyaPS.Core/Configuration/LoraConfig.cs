namespace KohyaPS;

/// <summary>
/// Everything that decides a LoRA training. Immutable; groups hold the settings, each named as sd-scripts names it, in PascalCase. A null means "not set".
/// A config stores paths as they were given; <see cref="BaseFolder"/> is what relative ones are relative to.
/// </summary>
public sealed record LoraConfig
{
    private readonly string? name;

    /// <summary>What to call this training in lists and reports. Not given: the output name.</summary>
    public string Name
    {
        get => name ?? Folders.FinalName;
        init => name = value;
    }

    /// <summary>Whether a name was given.</summary>
    public bool HasOwnName => name is not null;

    /// <summary>Absolute folder that relative paths are relative to: that of the YAML file, or the location where the config was made.</summary>
    public string BaseFolder { get; init; } = Environment.CurrentDirectory;

    /// <summary>Which model is trained.</summary>
    public ModelSettings Model { get; init; } = new();

    /// <summary>Where pictures come from and results go.</summary>
    public FoldersSettings Folders { get; init; } = new();

    /// <summary>Datasets with settings of their own; null when the folders say it all.</summary>
    public IReadOnlyList<DatasetDefinition>? Datasets { get; init; }

    /// <summary>Whether datasets are described one by one, here or in the file that DatasetConfig names.</summary>
    public bool DescribesDatasets => Datasets is not null || Folders.DatasetConfig is not null;

    /// <summary>How captions are read.</summary>
    public CaptionsSettings Captions { get; init; } = new();

    /// <summary>Sizes at which pictures are trained.</summary>
    public BucketsSettings Buckets { get; init; } = new();

    /// <summary>Random changes of pictures.</summary>
    public AugmentationSettings Augmentation { get; init; } = new();

    /// <summary>What is computed once and kept.</summary>
    public CachingSettings Caching { get; init; } = new();

    /// <summary>The shape of the LoRA.</summary>
    public NetworkSettings Network { get; init; } = new();

    /// <summary>What only LyCORIS networks know.</summary>
    public LycorisSettings Lycoris { get; init; } = new();

    /// <summary>Optimizer and learning rates.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();

    /// <summary>Learning-rate schedule.</summary>
    public ScheduleSettings Schedule { get; init; } = new();

    /// <summary>Loss and its weights.</summary>
    public ObjectiveSettings Objective { get; init; } = new();

    /// <summary>Noise and timesteps.</summary>
    public NoiseSettings Noise { get; init; } = new();

    /// <summary>Length and mechanics.</summary>
    public TrainingSettings Training { get; init; } = new();

    /// <summary>Which files are written when.</summary>
    public SavingSettings Saving { get; init; } = new();

    /// <summary>Sample pictures.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>Held-back pictures.</summary>
    public ValidationSettings Validation { get; init; } = new();

    /// <summary>What the LoRA file says about itself.</summary>
    public MetadataSettings Metadata { get; init; } = new();

    /// <summary>Logs.</summary>
    public LoggingSettings Logging { get; init; } = new();

    /// <summary>Precision and use of the machine.</summary>
    public RuntimeSettings Runtime { get; init; } = new();

    /// <summary>The value of a setting by any of its names.</summary>
    /// <exception cref="ArgumentException">There is no such setting.</exception>
    public object? this[string setting] => SettingCatalogue.Get(setting).Read(this);

    /// <summary>A copy with one setting changed; text is converted as in a YAML file.</summary>
    /// <exception cref="ArgumentException">There is no such setting, or the value does not fit it.</exception>
    public LoraConfig With(string setting, object? value) => SettingCatalogue.Get(setting).Write(this, value);

    /// <summary>This configuration as it holds for a dataset: what the dataset sets wins.</summary>
    public LoraConfig For(DatasetDefinition dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return dataset.Overrides.Aggregate(this, Overridden);
    }

    /// <summary>This configuration as it holds for a subset of a dataset: what the subset sets wins, then what the dataset sets.</summary>
    public LoraConfig For(DatasetDefinition dataset, SubsetDefinition subset)
    {
        ArgumentNullException.ThrowIfNull(subset);
        return subset.Overrides.Aggregate(For(dataset), Overridden);
    }

    // An empty text in a dataset is a value of its own: an empty extension of caption files.
    private static LoraConfig Overridden(LoraConfig config, KeyValuePair<string, object?> setting) =>
        setting.Value is "" ? SettingCatalogue.Get(setting.Key).WriteAsIs(config, "") : config.With(setting.Key, setting.Value);

    /// <summary>The absolute path of a path setting; null for null.</summary>
    public string? Resolve(string? path) => path is null ? null : Path.GetFullPath(path, BaseFolder);

    /// <summary>What differs from the defaults, as name=value; this survives Export-Clixml, jobs and remote sessions.</summary>
    public IReadOnlyList<string> Settings => [.. Changed().Select(setting => $"{setting.Key}={SettingText.Format(setting.Read(this))}")];

    /// <summary>Where this configuration was read from and what became of each entry; null when it was made here.</summary>
    public ConfigOrigin? Origin { get; init; }

    /// <summary>The settings whose value is not the default.</summary>
    public IEnumerable<Setting> Changed()
    {
        var defaults = new LoraConfig();
        return SettingCatalogue.All.Where(setting => !SettingText.Same(setting.Read(this), setting.Read(defaults)));
    }

    /// <summary>All problems of this configuration, errors and warnings; nothing is read from disk.</summary>
    public IReadOnlyList<ConfigProblem> Validate() => [.. ConfigRules.Check(this)];

    /// <summary>Problems with the files and folders that this configuration names: those that are set must exist.</summary>
    public IReadOnlyList<ConfigProblem> ValidatePaths() => [.. ConfigPathRules.Check(this, OperatingSystem.IsWindows())];

    /// <summary>A short view: the name, and what differs from the defaults, a line for each.</summary>
    public string Describe()
    {
        var changed = Changed().ToList();
        var width = changed.Select(setting => setting.Name.Length).DefaultIfEmpty().Max();
        var lines = changed.GroupBy(setting => setting.Group)
            .SelectMany(group => group.Select((setting, index) =>
                $"  {(index == 0 ? group.Key : ""),-14}{setting.Name.PadRight(width)}  {SettingText.Format(setting.Read(this))}"));
        var datasets = Datasets is null ? [] : new[] { $"  {"Datasets",-14}{SettingText.Format(Datasets.Count)} with {SettingText.Format(Datasets.Sum(dataset => dataset.Subsets.Count))} subsets" };
        var title = changed.Count == 0 ? $"LoRA configuration '{Name}': all settings have their defaults." : $"LoRA configuration '{Name}', what differs from the defaults:";
        return string.Join(Environment.NewLine, [title, .. lines, .. datasets]);
    }

    /// <summary>The settings that another configuration holds differently.</summary>
    public IReadOnlyList<ConfigDifference> DifferencesTo(LoraConfig other) =>
    [
        .. from setting in SettingCatalogue.All
           let mine = setting.Read(this)
           let theirs = setting.Read(other)
           where !SettingText.Same(mine, theirs)
           select new ConfigDifference(setting.Name, setting.Group, mine, theirs),
    ];

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
