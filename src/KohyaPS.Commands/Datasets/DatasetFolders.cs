namespace KohyaPS.Commands;

/// <summary>The folders of a dataset from the one that a user names: an image folder, or the folder that Invoke-FolderPreparation made.</summary>
internal static class DatasetFolders
{
    /// <summary>Folders as settings: for a prepared folder its img, reg, model and log, otherwise the folder itself.</summary>
    /// <param name="folder">Full path.</param>
    /// <param name="regularization">Full path of the regularisation folder, or null for the one that was prepared.</param>
    public static FoldersSettings Of(string folder, string? regularization)
    {
        var images = Path.Combine(folder, "img");
        if (!Directory.Exists(images))
            return new() { TrainDataDir = folder, RegDataDir = regularization };
        return new()
        {
            TrainDataDir = images,
            RegDataDir = regularization ?? Existing(folder, "reg"),
            OutputDir = Existing(folder, "model"),
            LoggingDir = Existing(folder, "log"),
        };
    }

    private static string? Existing(string folder, string name) =>
        Path.Combine(folder, name) is var path && Directory.Exists(path) ? path : null;
}
