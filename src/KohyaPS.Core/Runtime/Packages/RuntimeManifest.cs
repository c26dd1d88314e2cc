using System.Text.Json;
using System.Text.Json.Serialization;
using KohyaPS.Files;

namespace KohyaPS.Runtime.Packages;

/// <summary>A native file of an installed runtime.</summary>
/// <param name="Name">File name.</param>
/// <param name="SizeBytes">Size.</param>
/// <param name="Sha256">Hash.</param>
public sealed record RuntimeFile(string Name, long SizeBytes, string Sha256);

/// <summary>What an installed runtime holds (runtime.json). It is written last: a folder without it is unfinished.</summary>
public sealed record RuntimeManifest
{
    private const int MaxBytes = 1 << 20;
    private static readonly JsonSerializerOptions options = new() { WriteIndented = true, NewLine = "\n", Converters = { new JsonStringEnumConverter() } };

    /// <summary>What the runtime computes on.</summary>
    public required NativeBackend Backend { get; init; }

    /// <summary>The version of libtorch.</summary>
    public required string Version { get; init; }

    /// <summary>The system, for instance win-x64.</summary>
    public required string Rid { get; init; }

    /// <summary>Where the packages came from.</summary>
    public required string Source { get; init; }

    /// <summary>The packages.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>The files.</summary>
    public required IReadOnlyList<RuntimeFile> Files { get; init; }

    /// <summary>Reads the manifest of a folder; null where it is missing or damaged.</summary>
    public static RuntimeManifest? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<RuntimeManifest>(TextFile.Read(Path.Combine(folder, InstalledRuntimes.ManifestName), MaxBytes), options);
        }
        catch (Exception e) when (e is IOException or JsonException or TextFileException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the manifest into a folder.</summary>
    public void Write(string folder) =>
        AtomicFile.Write(Path.Combine(folder, InstalledRuntimes.ManifestName), stream => JsonSerializer.Serialize(stream, this, options));

    /// <summary>The files whose size differs from the manifest's, or that are gone.</summary>
    public IEnumerable<string> Damaged(string folder) =>
        Files.Where(file => new FileInfo(Path.Combine(folder, file.Name)) is var info && (!info.Exists || info.Length != file.SizeBytes)).Select(file => file.Name);
}
