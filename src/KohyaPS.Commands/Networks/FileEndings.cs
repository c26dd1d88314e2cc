namespace KohyaPS.Commands;

/// <summary>The extensions of files of tensors.</summary>
internal static class FileEndings
{
    /// <summary>What is written.</summary>
    internal static readonly string[] All = [".safetensors", ".ckpt", ".pt"];

    /// <summary>True where a name can be that of a file to write, or of a diffusers folder: a folder's name may have dots, but no ending like that of a file.</summary>
    internal static bool AllowsModel(string path)
    {
        var ending = System.IO.Path.GetExtension(path);
        return All.Contains(ending, StringComparer.OrdinalIgnoreCase) || ending.Length < 2 || !ending[1..].All(char.IsAsciiLetter);
    }
}
