using System.Text.RegularExpressions;

namespace KohyaPS.Runtime;

/// <summary>Turns what a system's loader says into what to do about it.</summary>
public static partial class NativeLoadFailure
{
    private const string RuntimeAdvice = "Install the Visual C++ 2015-2022 runtime (x64): winget install Microsoft.VCRedist.2015+.x64";

    /// <summary>Explains why a file did not load.</summary>
    /// <param name="file">The native file.</param>
    /// <param name="loaderMessage">The message of the exception that loading it gave.</param>
    /// <param name="missingSystemLibraries">Libraries of the system that the file imports and that do not load by themselves.</param>
    public static string Explain(string file, string loaderMessage, IReadOnlyList<string> missingSystemLibraries)
    {
        var reason = Reason(loaderMessage, missingSystemLibraries);
        return $"The native library '{file}' does not load. {reason} The loader said: {loaderMessage.ReplaceLineEndings(" ").Trim()}";
    }

    private static string Reason(string message, IReadOnlyList<string> missing)
    {
        if (missing.Any(IsVisualCppRuntime))
            return $"This Windows lacks {string.Join(", ", missing)}. {RuntimeAdvice}, then start PowerShell anew.";
        if (missing.Count > 0)
            return $"This system lacks {string.Join(", ", missing)}.";
        if (MissingVersion().Match(message) is { Success: true } version)
            return Outdated(version.Groups["library"].Value, version.Groups["version"].Value);
        if (message.Contains("0x8007007F", StringComparison.OrdinalIgnoreCase) || message.Contains("undefined symbol", StringComparison.Ordinal))
            return "Its functions do not match those of the libraries beside it: files of different versions are mixed, or another program's libtorch was loaded first. Install the module or the runtime again into an empty folder, and start PowerShell anew.";
        if (message.Contains("0x800700C1", StringComparison.OrdinalIgnoreCase) || message.Contains("invalid ELF header", StringComparison.Ordinal) || message.Contains("file too short", StringComparison.Ordinal))
            return "The file is damaged or cut off, or made for another kind of machine. Install the module or the runtime again.";
        if (message.Contains("0x8007007E", StringComparison.OrdinalIgnoreCase))
            return $"A library that it needs was not found. {RuntimeAdvice}, and install the module again if that does not help.";
        if (message.Contains("libc.musl", StringComparison.Ordinal) || message.Contains("ld-linux-x86-64", StringComparison.Ordinal))
            return "This Linux has no glibc (Alpine and other musl systems). Use a distribution with glibc 2.34 or later: Debian 12, Ubuntu 22.04, RHEL 9.";
        if (message.Contains("cannot open shared object file", StringComparison.Ordinal))
            return "A library that it needs was not found. Install the module again, and the packages that the loader names.";
        return "Run Test-LoraEnvironment for what this machine lacks.";
    }

    private static string Outdated(string library, string version) => version.StartsWith("GLIBCXX", StringComparison.Ordinal) || version.StartsWith("CXXABI", StringComparison.Ordinal)
        ? $"The C++ library of this Linux ({library}) is older than {version}. Install a newer libstdc++6, or use Debian 12, Ubuntu 22.04, RHEL 9 or later with the module's own copy of the file."
        : $"This Linux is too old: {library} has no {version}. Use a distribution with glibc 2.34 or later: Debian 12, Ubuntu 22.04, RHEL 9.";

    private static bool IsVisualCppRuntime(string library) => VisualCppRuntime().IsMatch(library);

    // "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by ...)"
    [GeneratedRegex(@"(?<library>\S+): version [`'](?<version>[A-Z]+_[0-9.]+)' not found")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"^(MSVCP|VCRUNTIME|CONCRT|VCOMP)1[0-9]{2}", RegexOptions.IgnoreCase)]
    private static partial Regex VisualCppRuntime();
}
