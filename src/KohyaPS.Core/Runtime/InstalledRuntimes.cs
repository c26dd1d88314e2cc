namespace KohyaPS.Runtime;

/// <summary>Runtimes brought by Install-LoraRuntime, side by side: one folder a backend, version and system.</summary>
public static class InstalledRuntimes
{
    /// <summary>Written last by an installation: a folder without it is unfinished and never used.</summary>
    public const string ManifestName = "runtime.json";

    /// <summary>The root folder of this user; needs no administrator.</summary>
    /// <exception cref="InvalidOperationException">The account has neither a profile nor HOME.</exception>
    public static string DefaultRoot
    {
        get
        {
            var profile = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return profile.Length > 0
                ? Path.Combine(profile, "KohyaPS", "runtimes")
                : throw new InvalidOperationException("This account has no profile folder. Set the variable KOHYAPS_NATIVE to the folder with the native libraries, or HOME to a writable folder.");
        }
    }

    /// <summary>The name of a runtime's folder, for instance cuda-2.10.0-win-x64.</summary>
    public static string FolderName(NativeBackend backend, string version, string rid) => $"{backend.ToString().ToLowerInvariant()}-{version}-{rid}";

    /// <summary>The finished runtimes of a backend below a root.</summary>
    public static IEnumerable<string> Find(string root, NativeBackend backend, string rid) => Directory.Exists(root)
        ? Directory.EnumerateDirectories(root, FolderName(backend, "*", rid)).Where(folder => File.Exists(Path.Combine(folder, ManifestName))).Order(StringComparer.Ordinal)
        : [];
}
