namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>Keeps the folders of users: a model takes the place of an empty folder, or of one that holds a diffusers model and nothing else.</summary>
public static class ReplaceableFolder
{
    private static readonly string[] parts =
        [FolderSettings.IndexName, "scheduler", "tokenizer", "tokenizer_2", .. Enum.GetValues<ModelPart>().Select(part => part.FolderName())];

    /// <summary>Why no model takes the place of a folder, and what to do; null where one may, or where no folder is.</summary>
    /// <param name="folder">Full path of the folder.</param>
    public static string? WhyNot(string folder)
    {
        string[] names = Directory.Exists(folder) ? [.. Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry))] : [];
        var foreign = names.Except(parts).FirstOrDefault() ?? (names.Length == 0 || names.Contains(FolderSettings.IndexName) ? null : names[0]);
        return foreign is null
            ? null
            : $"'{folder}' holds '{foreign}', which is no part of a diffusers model, and would be lost. Give the name of a new folder, such as '{Path.Combine(folder, "model")}'.";
    }
}
