using System.Collections.Concurrent;
using KohyaPS.Files;

[assembly: AssemblyFixture(typeof(KohyaPS.Core.Tests.Files.WindowsFiles))]

namespace KohyaPS.Core.Tests.Files;

/// <summary>
/// Windows overwrites, moves and removes no file that is open or mapped, no folder with such a file in it, and no file that is marked as
/// read-only. On Linux, where all of that works, this refuses it to every test that saves, merges, converts, caches or cleans up: the system
/// is asked what this process has open and mapped, so that nothing which a library opens is missed.
/// </summary>
public sealed class WindowsFiles : IDisposable
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private static readonly ConcurrentDictionary<string, (int Times, string Reason)> refusals = new();

    public WindowsFiles()
    {
        if (OperatingSystem.IsLinux())
            Disk.Ask = Refuse;
    }

    /// <summary>For a test that holds a file on purpose: what was refused below a folder is no fault.</summary>
    public static void Forgive(string folder)
    {
        foreach (var path in refusals.Keys.Where(path => IsBelow(path, folder)))
            refusals.TryRemove(path, out _);
    }

    // Who catches a refusal and goes on has tried to change the file all the same.
    public void Dispose() => Assert.Empty(refusals.Where(refusal => refusal.Value.Times >= Disk.Tries).Select(refusal => $"{refusal.Key}: {refusal.Value.Reason}"));

    private static void Refuse(string path)
    {
        var full = Path.GetFullPath(path);
        if (!Path.Exists(full) || WhyNot(full) is not { } reason)
            return;
        refusals.AddOrUpdate(full, (1, reason), (_, before) => (before.Times + 1, reason));
        throw new IOException($"Windows would not change '{path}': {reason}.", SharingViolation);
    }

    private static string? WhyNot(string path)
    {
        if (File.Exists(path) && new FileInfo(path).IsReadOnly)
            return "it is marked as read-only";
        if (Opened().FirstOrDefault(file => IsBelow(file, path)) is { } open)
            return $"'{open}' is open";
        return Mapped().FirstOrDefault(file => IsBelow(file, path)) is { } mapped ? $"'{mapped}' is mapped" : null;
    }

    private static bool IsBelow(string file, string path) =>
        file.StartsWith(path, StringComparison.Ordinal) && (file.Length == path.Length || file[path.Length] == Path.DirectorySeparatorChar);

    private static IEnumerable<string> Opened() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(number => new FileInfo(number).LinkTarget).OfType<string>();

    // Five columns of numbers, then the path.
    private static IEnumerable<string> Mapped() => File.ReadLines("/proc/self/maps").Select(line => line.IndexOf('/', StringComparison.Ordinal) is var at and > 0 ? line[at..] : "");
}
