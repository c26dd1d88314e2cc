using System.Security.Cryptography;
using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>Pictures that are there more than once: byte for byte, or to the eye.</summary>
internal static class DuplicateFindings
{
    // Levels of 255 by which thumbnails of one picture differ after it was resized or compressed again.
    private const double MeanDifference = 2;
    private const int GreatestDifference = 16;
    private const int LeastContrast = 32;
    private const int MostShown = 5;

    public static IEnumerable<DatasetFinding> Find(LintContext context)
    {
        var images = context.Dataset.Images.Where(i => i.Fault is null).DistinctBy(i => i.Path).ToList();
        var exact = Exact(images, context.Cancellation);
        var same = exact.SelectMany(g => g.Skip(1)).ToHashSet();
        return exact.SelectMany(g => About([.. g.Select(i => i.Path)], DatasetFindingId.DuplicateImage, FindingSeverity.Warning, g[0].Path,
                $"{g.Count} files are the same picture{Where(g)}.", "Keep one; repeats make a picture count more."))
            .Concat(Near([.. images.Where(i => !same.Contains(i))], context).SelectMany(g => About([.. g.Select(i => i.Path)], DatasetFindingId.NearDuplicateImage, FindingSeverity.Warning, g[0].Path,
                $"{g.Count} files are nearly the same picture{Where(g)}: {string.Join(", ", g.Take(MostShown).Select(i => $"'{i.Name}'"))}.", "Keep the best one.")));
    }

    private static string Where(IReadOnlyList<TrainingImage> images) =>
        images.Any(i => i.Subset.IsRegularization) && images.Any(i => !i.Subset.IsRegularization) ? ", once to train and once as regularisation" : "";

    private static List<List<TrainingImage>> Exact(List<TrainingImage> images, CancellationToken cancellation) => [.. images
        .GroupBy(i => new FileInfo(i.Path).Length)
        .Where(g => g.Count() > 1)
        .SelectMany(g => g.GroupBy(i => Hash(i.Path, cancellation), StringComparer.Ordinal))
        .Where(g => g.Count() > 1)
        .Select(g => g.ToList())];

    private static string Hash(string path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var stream = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(stream));
    }

    private static List<List<TrainingImage>> Near(List<TrainingImage> images, LintContext context)
    {
        // In order of brightness only neighbours can be alike. Plain areas are alike without being one picture.
        var known = images.Select(i => (Image: i, Pixels: context.Facts.GetValueOrDefault(i.Path)?.Thumbnail.ToArray() ?? []))
            .Where(k => k.Pixels.Length > 0 && k.Pixels.Max() - k.Pixels.Min() >= LeastContrast)
            .Select(k => (k.Image, k.Pixels, Mean: k.Pixels.Average(b => (double)b))).OrderBy(k => k.Mean).ToList();
        var groupOf = Enumerable.Range(0, known.Count).ToArray();
        for (var i = 0; i < known.Count; i++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            for (var j = i + 1; j < known.Count && known[j].Mean - known[i].Mean <= MeanDifference; j++)
                if (groupOf[j] != groupOf[i] && AreAlike(known[i].Pixels, known[j].Pixels))
                    Join(groupOf, groupOf[i], groupOf[j]);
        }
        return [.. known.Select((k, i) => (k.Image, Group: groupOf[i])).GroupBy(k => k.Group).Where(g => g.Count() > 1)
            .Select(g => g.Select(k => k.Image).OrderBy(i => i.Path, StringComparer.Ordinal).ToList())];
    }

    private static void Join(int[] groupOf, int kept, int joined)
    {
        for (var i = 0; i < groupOf.Length; i++)
            if (groupOf[i] == joined)
                groupOf[i] = kept;
    }

    private static bool AreAlike(byte[] one, byte[] other)
    {
        if (one.Length != other.Length)
            return false;
        var allowed = MeanDifference * one.Length;
        var sum = 0;
        for (var i = 0; i < one.Length; i++)
        {
            var difference = Math.Abs(one[i] - other[i]);
            if (difference > GreatestDifference || (sum += difference) > allowed)
                return false;
        }
        return true;
    }
}
