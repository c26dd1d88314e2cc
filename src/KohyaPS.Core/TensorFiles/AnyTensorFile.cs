using KohyaPS.Pickles;
using KohyaPS.Safetensors;

namespace KohyaPS.TensorFiles;

/// <summary>Opens files of tensors by what they are.</summary>
internal static class AnyTensorFile
{
    private static readonly string[] PickleExtensions = [".ckpt", ".pt", ".pth", ".bin"];

    /// <summary>True for the names of files that PyTorch writes.</summary>
    public static bool IsPickleName(string path) => PickleExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Opens a safetensors file or, by a restricted reader that builds tensors and runs nothing, a PyTorch file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">It is of neither format, damaged, hostile or locked.</exception>
    public static ITensorFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return IsPickleName(path) && !IsSafetensors(path) ? PickleFile.Open(path) : SafetensorsFile.Open(path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not FileNotFoundException))
        {
            throw new CheckpointFormatException($"'{path}' cannot be read: {e.Message} End the program that uses it, or get the right to read it.", e);
        }
    }

    // A safetensors file under the name of the other format: 8 bytes of length, then the brace of its header.
    private static bool IsSafetensors(string path)
    {
        if (!File.Exists(path))
            return false;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        Span<byte> start = stackalloc byte[9];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == '{' && start[0] != 0x80;
    }
}
