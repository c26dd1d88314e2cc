namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Reads a dataset_config of sd-scripts, which has the same form as the datasets of our YAML.</summary>
internal static class DatasetConfigImporter
{
    internal static bool IsDatasetConfig(ConfigTable root) =>
        root.Find("datasets") is ConfigList && root.Entries.All(entry => entry.Key is "datasets" or "general");

    /// <summary>Reads the file alone, as a configuration of which everything else has the trainer's defaults.</summary>
    internal static LoraConfig Read(ConfigTable root, string source, string baseFolder) =>
        Apply(TrainerStart.Trainer(baseFolder), root, source) is var config ? config with { Origin = new(source, ConfigSourceKind.DatasetConfig, config.Origin?.Notes ?? []) } : config;

    /// <summary>Adds the file's datasets to a configuration, where they take the place of its folders; paths are relative to the file's folder.</summary>
    /// <exception cref="ConfigFormatException">Something is wrong; the message lists all of it with lines.</exception>
    internal static LoraConfig Apply(LoraConfig config, ConfigTable root, string source)
    {
        var errors = new ConfigErrors(source);
        var tables = new DatasetTables(errors);
        foreach (var (key, line, _) in root.Entries.Where(entry => entry.Key is not ("datasets" or "general")))
            errors.Add(line, $"'{key}' is not known here; a dataset_config holds [general] and [[datasets]].");
        var applied = tables.Apply(config, root.Find("general"), root.Find("datasets"));
        errors.ThrowIfAny();
        // A file without datasets describes none; the folders of the configuration do not take their place.
        return applied with { Datasets = applied.Datasets ?? [], Origin = new(source, ConfigSourceKind.DatasetConfig, tables.Notes) };
    }
}
