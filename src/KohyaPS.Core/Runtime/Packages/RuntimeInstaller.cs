using KohyaPS.Files;

namespace KohyaPS.Runtime.Packages;

/// <summary>
/// Installs a CUDA build of libtorch for one user, from the NuGet packages that TorchSharp publishes: a head package names parts, and large
/// files come cut in a "-primary" package and "-fragmentN" packages that are joined here.
/// </summary>
/// <remarks>
/// Side by side by version; an unfinished or failed installation leaves nothing that could be taken for a runtime. Downloads are kept until
/// the installation is complete, so that the next try goes on.
/// </remarks>
public sealed class RuntimeInstaller
{
    private const int MaxPackages = 64;

    /// <summary>Where the packages come from.</summary>
    public required IPackageSource Source { get; init; }

    /// <summary>The folder that gets the runtime's folder.</summary>
    public required string Root { get; init; }

    /// <summary>The system to install for.</summary>
    public required string Rid { get; init; }

    /// <summary>The folder with the bridge that fits this TorchSharp (LibTorchSharp); it becomes part of the runtime.</summary>
    public required string BridgeFolder { get; init; }

    /// <summary>Told how far it is.</summary>
    public Action<RuntimeProgress> Report { get; init; } = _ => { };

    /// <summary>The folder that the runtime gets.</summary>
    public string Target => Path.Combine(Root, InstalledRuntimes.FolderName(NativeBackend.Cuda, NativeFolderLocator.LibtorchVersion, Rid));

    /// <summary>The package that names all others.</summary>
    public PackageIdentity Head => new($"libtorch-cuda-12.8-{Rid}", NativeFolderLocator.LibtorchVersion);

    /// <summary>True where the runtime is there and whole.</summary>
    public bool IsInstalled => RuntimeManifest.Read(Target) is { } manifest && !manifest.Damaged(Target).Any();

    /// <summary>Downloads, checks, joins and puts in place.</summary>
    /// <exception cref="TrainingException">A package is missing or damaged, the disk is full, the files do not fit each other.</exception>
    public RuntimeManifest Install(CancellationToken cancel)
    {
        var downloads = new PackageDownloads(Path.Combine(Root, ".downloads"), Source, Report, cancel);
        var building = Target + ".partial";
        Disk.Remove(building);
        var opened = new List<(PackageIdentity Identity, PackageArchive Archive)>();
        try
        {
            Fetch(downloads, opened);
            var files = Assemble(building, opened.ConvertAll(package => package.Archive), cancel);
            var manifest = new RuntimeManifest
            {
                Backend = NativeBackend.Cuda,
                Version = NativeFolderLocator.LibtorchVersion,
                Rid = Rid,
                Source = Source.Name,
                Packages = opened.ConvertAll(package => package.Identity.ToString()),
                Files = files,
            };
            manifest.Write(building);
            Disk.Remove(Target);
            Disk.Move(building, Target);
            opened.ForEach(package => package.Archive.Dispose());
            opened.ForEach(package => downloads.Discard(package.Identity));
            return manifest;
        }
        catch (InvalidDataException e)
        {
            // Nobody can say which package was damaged on the way: all are fetched anew.
            opened.ForEach(package => package.Archive.Dispose());
            opened.ForEach(package => downloads.Discard(package.Identity));
            throw new TrainingException(TrainingExitCode.Environment, $"The packages of '{Source.Name}' cannot be used: {e.Message}. They were thrown away; run the command again to fetch them anew.", e);
        }
        finally
        {
            opened.ForEach(package => package.Archive.Dispose());
            Disk.Remove(building);
        }
    }

    // The head names the parts; a part may name further ones.
    private void Fetch(PackageDownloads downloads, List<(PackageIdentity Identity, PackageArchive Archive)> opened)
    {
        var family = Head.Id + "-";
        var open = new Queue<PackageIdentity>([Head]);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (open.TryDequeue(out var package))
        {
            if (!seen.Add(package.Id))
                continue;
            if (seen.Count > MaxPackages)
                throw new InvalidDataException($"{Head} names more than {MaxPackages} packages");
            var path = downloads.Get(package);
            PackageArchive? archive = null;
            try
            {
                archive = PackageArchive.Open(path);
                foreach (var dependency in archive.Dependencies().Where(d => d.Id.StartsWith(family, StringComparison.OrdinalIgnoreCase)))
                    open.Enqueue(dependency);
                opened.Add((package, archive));
            }
            catch (InvalidDataException e)
            {
                archive?.Dispose();
                downloads.Discard(package);
                throw new InvalidDataException($"{package} is damaged or cut off: {e.Message}", e);
            }
        }
    }

    private IReadOnlyList<RuntimeFile> Assemble(string building, IReadOnlyList<PackageArchive> archives, CancellationToken cancel)
    {
        var written = new NativeAssembler(Rid, building, Report, cancel).Write(archives);
        var expected = NativeFileSet.For(Rid, NativeBackend.Cuda);
        File.Copy(Path.Combine(BridgeFolder, expected.Bridge), Path.Combine(building, expected.Bridge), overwrite: true);
        if (expected.MissingFrom(building) is { Count: > 0 } missing)
            throw new InvalidDataException($"they lack {string.Join(", ", missing)}");
        if (Rid == "win-x64" && ImportCheck.Run(building, expected.Required).Missing.Where(import => import.Name.Length > 0).ToList() is { Count: > 0 } unresolved)
            throw new InvalidDataException($"{unresolved[0].File} wants {unresolved[0].Name} of {unresolved[0].Library}, which is not there ({unresolved.Count} such names): their versions do not fit this module");
        var bridge = new FileInfo(Path.Combine(building, expected.Bridge));
        using var stream = bridge.OpenRead();
        return [.. written, new(expected.Bridge, bridge.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream)))];
    }
}
