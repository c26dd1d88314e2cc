namespace KohyaPS.Runtime;

/// <summary>A name or library that a Windows library needs and nobody offers.</summary>
/// <param name="File">The library that needs it.</param>
/// <param name="Library">The library that should offer it.</param>
/// <param name="Name">The function or variable; empty where the library itself is unknown.</param>
public sealed record MissingImport(string File, string Library, string Name);

/// <summary>
/// Compares what the Windows libraries of a folder import with what the libraries beside them export, on any system: Windows itself would
/// only say that "the specified procedure could not be found" (Win32 error 127).
/// </summary>
public sealed class ImportCheck
{
    // The Universal C runtime, kernel and network libraries are part of Windows 10 and later.
    private static readonly string[] windows =
    [
        "kernel32.dll", "ntdll.dll", "user32.dll", "gdi32.dll", "advapi32.dll", "ole32.dll", "oleaut32.dll", "shell32.dll", "ws2_32.dll", "dbghelp.dll",
        "psapi.dll", "bcrypt.dll", "crypt32.dll", "iphlpapi.dll", "userenv.dll", "version.dll", "winmm.dll", "setupapi.dll", "cfgmgr32.dll", "ucrtbase.dll", "shlwapi.dll", "wintrust.dll", "imagehlp.dll",
    ];

    // The Visual C++ 2015-2022 runtime, which a user installs once.
    private static readonly string[] visualCpp = ["msvcp140.dll", "msvcp140_1.dll", "msvcp140_2.dll", "vcruntime140.dll", "vcruntime140_1.dll", "concrt140.dll", "vcomp140.dll"];

    // NVIDIA's driver brings these.
    private static readonly string[] driver = ["nvcuda.dll", "nvml.dll"];

    private ImportCheck(IReadOnlyList<MissingImport> missing, IReadOnlyList<string> runtime, int checkedNames)
    {
        Missing = missing;
        VisualCppRuntime = runtime;
        CheckedNames = checkedNames;
    }

    /// <summary>What nobody offers; empty where every library can be loaded.</summary>
    public IReadOnlyList<MissingImport> Missing { get; }

    /// <summary>The files of the Visual C++ runtime that the libraries need.</summary>
    public IReadOnlyList<string> VisualCppRuntime { get; }

    /// <summary>How many imports were compared with an export of a library in the folder.</summary>
    public int CheckedNames { get; }

    /// <summary>Checks files of a folder against everything in the folder and against what Windows has.</summary>
    /// <exception cref="InvalidDataException">A file is no 64-bit Windows library.</exception>
    public static ImportCheck Run(string folder, IEnumerable<string> names)
    {
        var exports = new Dictionary<string, HashSet<string>?>(StringComparer.OrdinalIgnoreCase);
        var missing = new List<MissingImport>();
        var runtime = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        var compared = 0;
        foreach (var file in names)
        {
            foreach (var import in PortableExecutable.Read(Path.Combine(folder, file)).Imports)
            {
                if (ExportsOf(import.Library) is { } offered)
                {
                    compared += import.Names.Count;
                    // An import by number cannot be compared by name; none of our libraries has one.
                    missing.AddRange(import.Names.Where(name => !offered.Contains(name)).Select(name => new MissingImport(file, import.Library, name)));
                }
                else if (visualCpp.Contains(import.Library, StringComparer.OrdinalIgnoreCase))
                {
                    runtime.Add(import.Library);
                }
                else if (!IsPartOfWindows(import.Library) && !driver.Contains(import.Library, StringComparer.OrdinalIgnoreCase))
                {
                    missing.Add(new(file, import.Library, ""));
                }
            }
        }
        return new(missing, [.. runtime], compared);

        // The names that a library beside the checked ones offers; null where there is no such file.
        HashSet<string>? ExportsOf(string library)
        {
            if (!exports.TryGetValue(library, out var offered))
            {
                var path = Directory.EnumerateFiles(folder, library, new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive }).FirstOrDefault();
                offered = path is null ? null : PortableExecutable.Read(path).Exports.ToHashSet(StringComparer.Ordinal);
                exports.Add(library, offered);
            }
            return offered;
        }
    }

    private static bool IsPartOfWindows(string library) =>
        windows.Contains(library, StringComparer.OrdinalIgnoreCase) || library.StartsWith("api-ms-win-", StringComparison.OrdinalIgnoreCase);
}
