using System.Globalization;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>
/// Which saves of a series have had their day. Step limits count steps: what is older than the newest step less the limit goes. Epoch limits
/// count saves: that many stay. Only names that the schedule itself gives are looked at, so states made by hand or at a stop stay.
/// </summary>
internal static class Retention
{
    /// <summary>The numbers below the newest save that a series of steps no longer keeps.</summary>
    /// <param name="existing">Numbers of the saves on disk.</param>
    /// <param name="newest">The step just saved.</param>
    /// <param name="every">Steps between two saves: other numbers belong to another series.</param>
    /// <param name="limit">Steps to keep; null keeps all.</param>
    public static IEnumerable<int> ExpiredSteps(IEnumerable<int> existing, int newest, int every, int? limit) =>
        limit is { } kept ? existing.Where(n => n % every == 0 && n < newest - kept) : [];

    /// <summary>The numbers that a series of epochs no longer keeps.</summary>
    /// <param name="existing">Numbers of the saves on disk.</param>
    /// <param name="newest">The epoch just saved.</param>
    /// <param name="every">Epochs between two saves.</param>
    /// <param name="limit">Saves to keep; null keeps all.</param>
    public static IEnumerable<int> ExpiredEpochs(IEnumerable<int> existing, int newest, int every, int? limit) =>
        limit is { } kept ? existing.Where(n => n % every == 0 && n <= newest - (long)every * kept) : [];

    /// <summary>The numbers of the files or folders of a series.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="nameOf">The name of a number.</param>
    /// <param name="prefix">What stands before the number.</param>
    /// <param name="suffix">What stands after it.</param>
    public static IReadOnlyList<int> Existing(string folder, Func<int, string> nameOf, string prefix, string suffix) =>
    [
        .. Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).OfType<string>()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(suffix, StringComparison.Ordinal) && n.Length > prefix.Length + suffix.Length)
            .Select(n => int.TryParse(n[prefix.Length..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && nameOf(number) + suffix == n ? number : -1)
            .Where(n => n >= 0),
    ];
}
