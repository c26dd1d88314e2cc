namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>Keeps tools from writing over what they read.</summary>
internal static class SourceFiles
{
    /// <summary>Refuses a destination that is a source, lies in one, or holds one.</summary>
    /// <param name="destination">Full path of the file or folder to come.</param>
    /// <param name="sources">Full paths of what is read.</param>
    /// <exception cref="IOException">It is.</exception>
    public static void Refuse(string destination, IEnumerable<string> sources)
    {
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var target = Resolve(destination);
        foreach (var source in sources.Select(Resolve))
        {
            if (target.Equals(source, comparison) || IsWithin(target, source) || IsWithin(source, target))
                throw new IOException($"'{destination}' is one of the files to be read, and those are never changed. Give another -Destination.");
        }

        bool IsWithin(string inner, string outer) => Directory.Exists(outer) && inner.StartsWith(Path.TrimEndingDirectorySeparator(outer) + Path.DirectorySeparatorChar, comparison);
    }

    private static string Resolve(string path) => Path.TrimEndingDirectorySeparator(File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } link ? link.FullName : path);
}
