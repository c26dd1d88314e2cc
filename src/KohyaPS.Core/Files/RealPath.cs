namespace KohyaPS.Files;

/// <summary>Where a path leads when every link in it is followed, so that two spellings of one folder can be told to be the same.</summary>
internal static class RealPath
{
    // As many links as Linux follows before it gives up.
    private const int MostLinks = 40;

    /// <summary>How file names compare on this system.</summary>
    public static readonly StringComparison Comparison =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>The full path without links; parts that do not exist are kept as they are.</summary>
    public static string Of(string path)
    {
        var links = 0;
        var pending = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var root = Path.GetPathRoot(pending)!;
        var done = root;
        var parts = new Stack<string>(Split(pending[root.Length..]).Reverse());
        while (parts.TryPop(out var part))
        {
            var next = Path.Combine(done, part);
            if (new FileInfo(next).LinkTarget is not { } target || ++links > MostLinks)
            {
                done = next;
                continue;
            }
            var full = Path.GetFullPath(target, done);
            done = Path.GetPathRoot(full)!;
            foreach (var piece in Split(full[done.Length..]).Reverse())
                parts.Push(piece);
        }
        return done;
    }

    /// <summary>True when both paths lead to the same place, or the inner one lies below the outer one.</summary>
    /// <param name="inner">A path from <see cref="Of"/>.</param>
    /// <param name="outer">A path from <see cref="Of"/>.</param>
    public static bool IsWithin(string inner, string outer) =>
        inner.Equals(outer, Comparison) || inner.StartsWith(Path.EndsInDirectorySeparator(outer) ? outer : outer + Path.DirectorySeparatorChar, Comparison);

    /// <summary>True when both paths lead to the same place.</summary>
    public static bool IsSame(string one, string other) => one.Equals(other, Comparison);

    private static string[] Split(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
}
