using System.Globalization;
using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>Picture files: whether they can be read, what they are made of, what is not read at all.</summary>
internal static class PictureFindings
{
    // From here on Pillow, and many other readers, warn of a decompression bomb.
    private const long HugePixels = 89_478_485;

    private static readonly string[] UntrainedExtensions =
        [".gif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jxl", ".jp2", ".svg", ".psd", ".jfif", ".jpe", ".ico", ".raw", ".dng", ".cr2", ".nef", ".arw", ".exr", ".hdr", ".tga"];

    public static IEnumerable<DatasetFinding> Find(LintContext context) => context.Dataset.Subsets
        .SelectMany(s => Damaged(context, s).Concat(Unread(s)).Concat(SameStem(s)).Concat(Kinds(context, s)).Concat(Transparency(context, s)));

    private static IEnumerable<DatasetFinding> Damaged(LintContext context, DatasetSubset subset)
    {
        foreach (var image in subset.Images)
            if ((image.Fault ?? context.Facts.GetValueOrDefault(image.Path)?.Fault) is { } fault)
                yield return new(DatasetFindingId.CorruptImage, FindingSeverity.Error, image.Path, fault, "Remove the picture or save it anew; a dataset with such a picture is not trained.");
        foreach (var (image, header) in context.Headers(subset))
        {
            if (header.Format != FormatOf(image.Path))
                yield return new(DatasetFindingId.WrongExtension, FindingSeverity.Warning, image.Path,
                    $"The file is called {Path.GetExtension(image.Path)}, but holds {header.Format.ToString().ToUpperInvariant()} data. It is trained here; other programs may stop.",
                    $"Rename it to .{header.Format.ToString().ToLowerInvariant()}.");
            if (header.StoredSize.Area > HugePixels)
                yield return new(DatasetFindingId.HugeImage, FindingSeverity.Warning, image.Path,
                    Text($"The picture has {header.StoredSize.Area / 1e6:F0} million pixels; each reading takes about {header.StoredSize.Area * 4 / (1 << 20)} MiB of memory."),
                    "Save it smaller; pictures are reduced to the training resolution anyway.") { Value = header.StoredSize.Area };
        }
    }

    private static ImageFormat? FormatOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => ImageFormat.Png,
        ".jpg" or ".jpeg" => ImageFormat.Jpeg,
        ".webp" => ImageFormat.Webp,
        ".bmp" => ImageFormat.Bmp,
        _ => null,
    };

    private static IEnumerable<DatasetFinding> Unread(DatasetSubset subset) => Directory.EnumerateFiles(subset.Folder, "*", DatasetReader.Everything)
        .Where(f => !Path.GetFileName(f).StartsWith('.') && !ImageFiles.IsListed(Path.GetFileName(f)))
        .Where(f => ImageFiles.IsMeantAsPicture(Path.GetFileName(f)) || UntrainedExtensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
        .GroupBy(f => ImageFiles.IsMeantAsPicture(Path.GetFileName(f)) ? Path.GetExtension(f) : Path.GetExtension(f).ToLowerInvariant(), StringComparer.Ordinal)
        .OrderBy(g => g.Key, StringComparer.Ordinal)
        .SelectMany(g => About([.. g.Order(StringComparer.Ordinal)], DatasetFindingId.UnsupportedFormat, FindingSeverity.Warning, subset.Folder,
            $"{g.Key} files, which are not trained: {g.Count()}.",
            ImageFiles.IsMeantAsPicture("x" + g.Key) ? $"Rename them to {g.Key.ToLowerInvariant()}: mixed case is not read." : "Save them as PNG or JPEG, or move them elsewhere."));

    private static IEnumerable<DatasetFinding> SameStem(DatasetSubset subset) => subset.Images
        .GroupBy(i => Path.GetFileNameWithoutExtension(i.Name), StringComparer.Ordinal)
        .Where(g => g.Count() > 1)
        .SelectMany(g => About([.. g.Select(i => i.Path)], DatasetFindingId.SameStem, FindingSeverity.Error, g.First().Path,
            $"{g.Count()} pictures are called '{g.Key}' and share one caption and one cache.", "Rename or remove all but one of them."));

    private static IEnumerable<DatasetFinding> Kinds(LintContext context, DatasetSubset subset)
    {
        var headers = context.Headers(subset).ToList();
        List<string> Those(Func<ImageHeader, bool> are) => [.. headers.Where(h => are(h.Header)).Select(h => h.Image.Path)];
        var (turned, deep, cmyk) = (Those(h => h.Orientation != 1), Those(h => h.BitsPerChannel > 8), Those(h => h.Color == ImageColor.Cmyk));
        var (grey, animated) = (Those(h => h.Color == ImageColor.Grey), Those(h => h.IsAnimated));
        var findings = subset.Settings.ApplyOrientation
            ? About(turned, DatasetFindingId.RotatedImages, FindingSeverity.Information, subset.Folder, $"Turned upright by their EXIF orientation: {turned.Count} of {headers.Count} pictures.", "Nothing; other trainers may show them lying.")
            : About(turned, DatasetFindingId.UnrotatedImages, FindingSeverity.Warning, subset.Folder, $"Trained as stored, lying or mirrored, since their EXIF orientation is not applied: {turned.Count} of {headers.Count} pictures.", "Save them upright, or let the orientation be applied.");
        return findings
            .Concat(About(deep, DatasetFindingId.SixteenBitImages, FindingSeverity.Warning, subset.Folder, $"With 16 bits a channel: {deep.Count} of {headers.Count} pictures. They are scaled to 8 bits here; other trainers clip them to white.", "Save them with 8 bits a channel."))
            .Concat(About(cmyk, DatasetFindingId.CmykImages, FindingSeverity.Warning, subset.Folder, $"CMYK, and converted without colour profile, so that colours shift: {cmyk.Count} of {headers.Count} pictures.", "Convert them to sRGB in a picture editor."))
            .Concat(About(grey, DatasetFindingId.GreyImages, FindingSeverity.Information, subset.Folder, $"Grey: {grey.Count} of {headers.Count} pictures.", "Nothing, if grey pictures are wanted."))
            .Concat(About(animated, DatasetFindingId.AnimatedImages, FindingSeverity.Warning, subset.Folder, $"Animations, of which only the first frame is trained: {animated.Count} of {headers.Count} pictures.", "Save the frames that are wanted as pictures of their own."));
    }

    private static IEnumerable<DatasetFinding> Transparency(LintContext context, DatasetSubset subset)
    {
        var facts = subset.Images.Select(i => (i.Path, Facts: context.Facts.GetValueOrDefault(i.Path))).Where(f => f.Facts is { Fault: null }).Select(f => (f.Path, Facts: f.Facts!)).ToList();
        var transparent = facts.Where(f => f.Facts.LowestAlpha < byte.MaxValue).Select(f => f.Path).ToList();
        if (!subset.Settings.AlphaMask)
            return About(transparent, DatasetFindingId.TransparentImages, FindingSeverity.Warning, subset.Folder,
                $"With transparent pixels: {transparent.Count} of {facts.Count} pictures; {Fate(subset.Settings.Transparency)}.", "Save them with the background that is wanted, or set -AlphaMask to learn only what is opaque.");
        var empty = facts.Where(f => f.Facts.HighestAlpha == 0).Select(f => f.Path).ToList();
        var noMask = transparent.Count == 0 && facts.Count > 0 ? facts.ConvertAll(f => f.Path) : [];
        return About(empty, DatasetFindingId.EmptyMask, FindingSeverity.Warning, subset.Folder,
                $"Wholly transparent, so that with -AlphaMask nothing is learned of them: {empty.Count} of {facts.Count} pictures.", "Give them an alpha channel that shows what is to be learned, or remove them.")
            .Concat(About(noMask, DatasetFindingId.NoMask, FindingSeverity.Warning, subset.Folder,
                $"The alpha channel is to be the mask (-AlphaMask), but none of {noMask.Count} pictures has transparent pixels.", "Leave out -AlphaMask, or add the alpha channels."));
    }

    private static string Fate(TransparencyHandling handling) => handling == TransparencyHandling.Drop
        ? "their hidden colours are trained"
        : $"they are laid over {handling.ToString().ToLower(CultureInfo.InvariantCulture)}";
}
