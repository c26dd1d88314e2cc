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
        .SelectMany(s => Damaged(context, s).Concat(Unread(s)).Concat(SameStem(s)).Concat(Kinds(context, s)).Concat(MaskFindings.Find(context, s)).Concat(NotNamed(s)).Concat(Faces(context, s)));

    private static IEnumerable<DatasetFinding> Damaged(LintContext context, DatasetSubset subset)
    {
        foreach (var image in subset.Images)
            if ((image.Fault ?? context.Facts.GetValueOrDefault(image.Path)?.Fault) is { } fault)
                yield return MaskFindings.IsOfMask(image)
                    ? new(DatasetFindingId.MaskUnusable, FindingSeverity.Error, image.MaskPath ?? image.Path, fault, "Put a mask of the picture's name and size there; a dataset with such a picture is not trained.")
                    : subset.MetadataFile is { } names && !File.Exists(image.Path)
                    ? new(DatasetFindingId.ImageMissing, FindingSeverity.Error, image.Path, fault, $"Put the picture there, or remove its entry from '{names}'.")
                    : new(DatasetFindingId.CorruptImage, FindingSeverity.Error, image.Path, fault, "Remove the picture or save it anew; a dataset with such a picture is not trained.");
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

    private static IEnumerable<DatasetFinding> Unread(DatasetSubset subset) => FilesOf(subset)
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

    private static IEnumerable<DatasetFinding> NotNamed(DatasetSubset subset)
    {
        if (subset.MetadataFile is not { } names)
            return [];
        var named = subset.Images.Select(i => i.Path).ToHashSet(StringComparer.Ordinal);
        var others = FilesOf(subset).Where(f => ImageFiles.IsListed(Path.GetFileName(f)) && !named.Contains(f)).ToList();
        return About(others, DatasetFindingId.ImageNotNamed, FindingSeverity.Warning, subset.Folder,
            $"Pictures that are not trained, since '{Path.GetFileName(names)}' does not name them: {others.Count}.", "Add them to it, or move them elsewhere.");
    }

    private static IEnumerable<DatasetFinding> Faces(LintContext context, DatasetSubset subset)
    {
        if (subset.Settings.FaceCropAugRange is null || context.Dataset.Buckets.EnableBucket || context.Config.Caching.KeepsLatents)
            return [];
        var faceless = subset.Images.Where(i => NamedFace.Of(i.Name) is null).Select(i => i.Path).ToList();
        return About(faceless, DatasetFindingId.NoFaceNamed, FindingSeverity.Warning, subset.Folder,
            $"Cut at the centre, since their names state no face (-FaceCropAugRange): {faceless.Count} of {subset.Images.Count} pictures.", "Name them name_x_y_width_height, with the centre and the size of the face in pixels.");
    }
}
