using KohyaPS.Files;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>Keeps tools from writing over what they read.</summary>
internal static class SourceFiles
{
    /// <summary>Refuses a destination that is a source, lies in one, or holds one.</summary>
    /// <param name="destination">Full path of the file or folder to come.</param>
    /// <param name="sources">Full paths of what is read.</param>
    /// <exception cref="DestinationException">It is.</exception>
    public static void Refuse(string destination, IEnumerable<string> sources)
    {
        var target = RealPath.Of(destination);
        if (sources.Select(RealPath.Of).Any(source => RealPath.IsWithin(target, source) || RealPath.IsWithin(source, target)))
            throw new DestinationException($"'{destination}' is one of the files to be read, and those are never changed. Give another -Destination.");
    }
}
