namespace KohyaPS.Engine.Configuration;

/// <summary>All that is wrong with a configuration, the datasets of its DatasetConfig included, before anything is loaded.</summary>
public static class ConfigCheck
{
    /// <param name="config">What to check.</param>
    /// <param name="checkPaths">Whether files and folders that are named must exist.</param>
    public static IReadOnlyList<ConfigProblem> Problems(LoraConfig config, bool checkPaths)
    {
        ArgumentNullException.ThrowIfNull(config);
        var problems = new List<ConfigProblem>(config.Validate());
        if (checkPaths)
            problems.AddRange(config.ValidatePaths());
        if (config.Folders.DatasetConfig is not null && File.Exists(config.Resolve(config.Folders.DatasetConfig)))
            problems.AddRange(Datasets(config, checkPaths));
        return [.. problems.Distinct()];
    }

    private static IEnumerable<ConfigProblem> Datasets(LoraConfig config, bool checkPaths)
    {
        try
        {
            var described = ConfigFiles.WithDatasets(config);
            return described.Validate().Concat(checkPaths ? described.ValidatePaths() : []);
        }
        catch (Exception error) when (error is ConfigFormatException or IOException or UnauthorizedAccessException)
        {
            return [new("DatasetConfig", error.Message, "Correct the file.")];
        }
    }
}
