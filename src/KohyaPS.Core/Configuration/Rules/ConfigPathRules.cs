using KohyaPS.Files;

namespace KohyaPS;

/// <summary>Whether the files and folders that a configuration names are there.</summary>
internal static class ConfigPathRules
{
    private static readonly string[] MadeByTheTraining = ["OutputDir", "LoggingDir"];

    /// <param name="config">What is checked.</param>
    /// <param name="isWindows">Whether paths mean what they mean on Windows.</param>
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config, bool isWindows)
    {
        foreach (var setting in SettingCatalogue.All.Where(setting => setting.IsPath))
        {
            var paths = setting.Read(config) switch
            {
                string path => [path],
                IEnumerable<string> list => list,
                _ => [],
            };
            foreach (var problem in paths.Select(path => Check(config, setting.Name, path, isWindows)).OfType<ConfigProblem>())
                yield return problem;
        }
        foreach (var subset in (config.Datasets ?? []).SelectMany(dataset => dataset.Subsets))
        {
            foreach (var path in new[] { subset.ImageDir, subset.MetadataFile, subset.ConditioningDataDir }.OfType<string>())
            {
                if (Check(config, "Datasets", path, isWindows) is { } problem)
                    yield return problem;
            }
        }
    }

    private static ConfigProblem? Check(LoraConfig config, string setting, string path, bool isWindows)
    {
        if (isWindows && PortableName.PathProblem(path) is { } why)
            return new(setting, $"{setting} '{path}' {why}.", "Give the whole path, such as C:\\train\\dog.");
        string resolved;
        try
        {
            resolved = config.Resolve(path)!;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException or PathTooLongException)
        {
            return new(setting, $"{setting} '{path}' is not a path.", "Give the path of a file or folder.");
        }
        if (MadeByTheTraining.Contains(setting))
        {
            return File.Exists(resolved)
                ? new(setting, $"{setting} '{resolved}' is a file, but a folder is to be written.", "Choose another name, or move the file away.")
                : null;
        }
        if (File.Exists(resolved) || Directory.Exists(resolved))
            return null;
        var isHubName = setting is "PretrainedModelNameOrPath" or "Vae" && path.Count(c => c == '/') == 1 && !path.StartsWith('.') && !path.Contains('\\', StringComparison.Ordinal);
        return isHubName
            ? new(setting, $"{setting} '{path}' is neither a file nor a folder here; nothing is downloaded.", $"Download '{path}' and give the path of the file or diffusers folder.")
            : new(setting, $"{setting} '{resolved}' does not exist.", $"Correct the path; relative ones are relative to '{config.BaseFolder}'.");
    }
}
