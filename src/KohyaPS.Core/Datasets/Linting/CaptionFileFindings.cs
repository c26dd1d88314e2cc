using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>Caption files: which pictures have one, and whether it can be read.</summary>
internal static class CaptionFileFindings
{
    // What taggers and trainers call caption files.
    private static readonly string[] CaptionExtensions = [".txt", ".caption", ".captions", ".cap", ".tag", ".tags", ".text"];

    public static IEnumerable<DatasetFinding> Find(LintContext context) => context.Dataset.Subsets.SelectMany(subset => subset.MetadataFile is not null ? WithoutText(subset) : Coverage(subset).Concat(subset.Images
        .Select(i => i.Caption).Where(c => c.Path is not null).DistinctBy(c => c.Path).SelectMany(c => OfFile(c, subset))));

    private static IEnumerable<DatasetFinding> WithoutText(DatasetSubset subset)
    {
        var empty = subset.Images.Where(i => i.Caption.Text.Length == 0).Select(i => i.Path).ToList();
        return About(empty, DatasetFindingId.NoCaption, FindingSeverity.Warning, subset.MetadataFile!,
            $"Trained with an empty caption, for want of caption and tags in the metadata file: {empty.Count} of {subset.Images.Count} pictures.", "Give them a caption or tags there.");
    }

    private static IEnumerable<DatasetFinding> Coverage(DatasetSubset subset)
    {
        var without = subset.Images.Where(i => i.Caption.Source is CaptionSource.None or CaptionSource.ClassTokens).ToList();
        var files = FilesOf(subset).Select(f => Path.GetFileName(f)).ToHashSet(StringComparer.Ordinal);
        foreach (var finding in OtherExtensions(subset, without, files).Concat(Orphans(subset, files)))
            yield return finding;
        var empty = without.Where(i => i.Caption.Text.Length == 0).Select(i => i.Path).ToList();
        foreach (var finding in About(empty, DatasetFindingId.NoCaption, FindingSeverity.Warning, subset.Folder,
            $"Trained with an empty caption, for want of a caption file and of words in the folder name: {empty.Count} of {subset.Images.Count} pictures.",
            $"Write a {subset.CaptionExtension} file beside each, or name the folder <repeats>_<words>."))
            yield return finding;
        var other = without.Where(i => i.Caption.Text.Length > 0).Select(i => i.Path).ToList();
        if (without.Count < subset.Images.Count)
            foreach (var finding in About(other, DatasetFindingId.MissingCaption, FindingSeverity.Warning, subset.Folder,
                $"Without a caption file, and trained with the words of the folder, '{subset.ClassTokens}': {other.Count} of {subset.Images.Count} pictures.",
                $"Write a {subset.CaptionExtension} file beside each of them."))
                yield return finding;
    }

    private static IEnumerable<DatasetFinding> OtherExtensions(DatasetSubset subset, List<TrainingImage> without, HashSet<string> files)
    {
        var stems = without.Select(i => Path.GetFileNameWithoutExtension(i.Name)).ToHashSet(StringComparer.Ordinal);
        return files.Where(f => stems.Contains(Path.GetFileNameWithoutExtension(f)) && CaptionExtensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
            .GroupBy(Path.GetExtension, StringComparer.Ordinal)
            .SelectMany(g => About([.. g.Order(StringComparer.Ordinal).Select(f => Path.Combine(subset.Folder, f))], DatasetFindingId.OtherCaptionExtension, FindingSeverity.Error, subset.Folder,
                $"{g.Key} files that are ignored, since captions are read from {subset.CaptionExtension} files: {g.Count()}.",
                $"Use -CaptionExtension {g.Key}, or rename the files to {subset.CaptionExtension}."));
    }

    private static IEnumerable<DatasetFinding> Orphans(DatasetSubset subset, HashSet<string> files)
    {
        var used = subset.Images.Select(i => i.Caption.Path).OfType<string>().Select(p => Path.GetFileName(p)).ToHashSet(StringComparer.Ordinal);
        var orphans = subset.CaptionExtension.Length == 0 ? [] : files
            .Where(f => f.EndsWith(subset.CaptionExtension, StringComparison.Ordinal) && !f.StartsWith('.') && !used.Contains(f) && !ImageFiles.IsMeantAsPicture(f))
            .Order(StringComparer.Ordinal).Select(f => Path.Combine(subset.Folder, f)).ToList();
        return About(orphans, DatasetFindingId.OrphanCaption, FindingSeverity.Warning, subset.Folder,
            $"{subset.CaptionExtension} files without a picture of the same name: {orphans.Count}.", "Rename them like their pictures, or remove them.");
    }

    private static IEnumerable<DatasetFinding> OfFile(ImageCaption caption, DatasetSubset subset)
    {
        var path = caption.Path!;
        if (caption.Fault is not null)
        {
            yield return new(FaultOf(path), FindingSeverity.Error, path, caption.Fault, "Correct the file; a dataset with such a caption is not trained.");
            yield break;
        }
        if (caption.Encoding is { } encoding && encoding != "utf-8")
            yield return new(DatasetFindingId.CaptionMark, FindingSeverity.Warning, path,
                $"The caption file is {encoding}. It is read well here, but other trainers keep the mark as part of the first tag or stop.", "Save it as UTF-8 without a mark.");
        if (caption.LineCount == 0)
            yield return new(DatasetFindingId.BlankCaption, FindingSeverity.Warning, path, "The caption file holds only blanks: the picture is trained with an empty caption.", "Write a caption into it or remove it.");
        else if (caption.Text.Length == 0)
            yield return new(DatasetFindingId.BlankFirstLine, FindingSeverity.Warning, path,
                Text($"The first line is blank, so that the caption is empty and the text below it is ignored (lines: {caption.LineCount})."), "Remove the blank line.") { Value = caption.LineCount };
        else if (caption.LineCount > 1 && !subset.Settings.EnableWildcard)
            yield return new(DatasetFindingId.LinesIgnored, FindingSeverity.Warning, path,
                Text($"Only the first of {caption.LineCount} lines is the caption; the others are ignored."),
                "Join the lines, or set -EnableWildcard to draw one of them each time.") { Value = caption.LineCount - 1 };
    }

    private static DatasetFindingId FaultOf(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return RandomAccess.GetLength(file) switch
            {
                0 => DatasetFindingId.EmptyCaptionFile,
                > CaptionFile.MaxBytes => DatasetFindingId.CaptionUnreadable,
                _ => DatasetFindingId.CaptionEncoding,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DatasetFindingId.CaptionUnreadable;
        }
    }
}
