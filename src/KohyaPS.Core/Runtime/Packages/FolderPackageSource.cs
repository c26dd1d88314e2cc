namespace KohyaPS.Runtime.Packages;

/// <summary>A plain folder with .nupkg files, or one laid out as NuGet's own cache (name/version/file).</summary>
public sealed class FolderPackageSource(string folder) : IPackageSource
{
    private static readonly EnumerationOptions anyCase = new() { MatchCasing = MatchCasing.CaseInsensitive, MatchType = MatchType.Simple };

    /// <inheritdoc/>
    public string Name => folder;

    /// <inheritdoc/>
    public PackageContent Open(PackageIdentity package, long offset, CancellationToken cancel)
    {
        var path = Find(package) ?? throw new TrainingException(TrainingExitCode.Environment,
            $"'{folder}' has no {package.FileName}. Put all packages that libtorch-cuda names into this folder, or pass another -Source.");
        var stream = File.OpenRead(path);
        var start = Math.Min(offset, stream.Length);
        stream.Position = start;
        return new(stream, start, stream.Length);
    }

    private string? Find(PackageIdentity package)
    {
        var nested = Path.Combine(folder, package.Id.ToLowerInvariant(), package.Version.ToLowerInvariant());
        return new[] { folder, nested }.Where(Directory.Exists)
            .SelectMany(place => Directory.EnumerateFiles(place, package.FileName, anyCase)).FirstOrDefault();
    }
}
