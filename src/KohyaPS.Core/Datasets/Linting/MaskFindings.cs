using System.Globalization;
using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>What the masks of pictures leave to learn: their alpha channel, or a picture beside them.</summary>
internal static class MaskFindings
{
    /// <summary>Whether the fault of a picture is that of its mask: the picture's own header is sound then.</summary>
    public static bool IsOfMask(TrainingImage image) => image.Subset.MaskFolder is not null && image.Fault is not null && image.Width > 0;

    public static IEnumerable<DatasetFinding> Find(LintContext context, DatasetSubset subset)
    {
        var facts = subset.Images.Select(i => (i.Path, Facts: context.Facts.GetValueOrDefault(i.Path))).Where(f => f.Facts is { Fault: null }).Select(f => (f.Path, Facts: f.Facts!)).ToList();
        var transparent = facts.Where(f => f.Facts.LowestAlpha < byte.MaxValue).Select(f => f.Path).ToList();
        if (subset.MaskFolder is { } folder)
            return Orphans(subset, folder).Concat(Masks(subset, facts.ConvertAll(f => (f.Path, f.Facts.LowestMask, f.Facts.HighestMask)), "mask picture", "conditioning_data_dir", "Paint white what is to be learned"));
        if (subset.Settings.AlphaMask)
            return Masks(subset, facts.ConvertAll(f => (f.Path, f.Facts.LowestAlpha, f.Facts.HighestAlpha)), "alpha channel", "-AlphaMask", "Make opaque what is to be learned");
        return About(transparent, DatasetFindingId.TransparentImages, FindingSeverity.Warning, subset.Folder,
            $"With transparent pixels: {transparent.Count} of {facts.Count} pictures; {Fate(subset.Settings.Transparency)}.", "Save them with the background that is wanted, or set -AlphaMask to learn only what is opaque.");
    }

    private static IEnumerable<DatasetFinding> Masks(DatasetSubset subset, List<(string Path, byte Lowest, byte Highest)> masks, string what, string setting, string cure)
    {
        var empty = masks.Where(m => m.Highest == 0).Select(m => m.Path).ToList();
        var noMask = masks.TrueForAll(m => m.Lowest == byte.MaxValue) ? masks.ConvertAll(m => m.Path) : [];
        return About(empty, DatasetFindingId.EmptyMask, FindingSeverity.Warning, subset.Folder,
                $"Nothing is learned of them, since their {what} leaves out every place: {empty.Count} of {masks.Count} pictures.", $"{cure}, or remove them.")
            .Concat(About(noMask, DatasetFindingId.NoMask, FindingSeverity.Warning, subset.Folder,
                $"The {what} is to be the mask ({setting}), but leaves nothing out in any of {noMask.Count} pictures.", $"{cure} and nothing else, or leave out {setting}."));
    }

    private static IEnumerable<DatasetFinding> Orphans(DatasetSubset subset, string folder)
    {
        var stems = subset.Images.Select(i => Path.GetFileNameWithoutExtension(i.Name)).ToHashSet(StringComparer.Ordinal);
        var orphans = Directory.Exists(folder)
            ? SubsetReader.FilesIn(folder).Where(f => ImageFiles.IsListed(f) && !stems.Contains(Path.GetFileNameWithoutExtension(f))).Order(StringComparer.Ordinal).Select(f => Path.Combine(folder, f)).ToList()
            : [];
        return About(orphans, DatasetFindingId.OrphanMask, FindingSeverity.Warning, folder, $"Masks without a picture of the same name in '{subset.Folder}': {orphans.Count}.", "Rename them like their pictures, or remove them.");
    }

    private static string Fate(TransparencyHandling handling) => handling == TransparencyHandling.Drop
        ? "their hidden colours are trained"
        : $"they are laid over {handling.ToString().ToLower(CultureInfo.InvariantCulture)}";
}
