using KohyaPS.Safetensors;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>A model that a training starts from, as metadata name it.</summary>
/// <param name="Name">Name of the file, or the text as given when there is no such file.</param>
/// <param name="OldHash">Hash of a part of the file, 8 digits; null when there is no such file.</param>
/// <param name="NewHash">SHA-256 of the whole file; null when there is no such file.</param>
internal sealed record ModelFile(string Name, string? OldHash, string? NewHash)
{
    // What stands for the hash of a folder.
    private const string Folder = "IsADirectory";

    /// <summary>Reads the whole file once for its hashes.</summary>
    /// <param name="given">The model as the configuration names it.</param>
    /// <param name="path">Where that is.</param>
    public static ModelFile Of(string given, string path)
    {
        if (File.Exists(path))
            return new(Path.GetFileName(path), SafetensorsHashes.OldModelHash(path), SafetensorsHashes.Sha256(path));
        return Directory.Exists(path) ? new(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), Folder, Folder) : new(given, null, null);
    }
}
