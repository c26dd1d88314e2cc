using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>Folders: where pictures lie, what the folders are called, what is left out.</summary>
internal static class FolderFindings
{
    public static IEnumerable<DatasetFinding> Find(LintContext context)
    {
        var dataset = context.Dataset;
        foreach (var folder in new[] { dataset.ImageFolder, dataset.RegularizationFolder }.OfType<string>().Where(Directory.Exists))
            foreach (var finding in InFolder(folder))
                yield return finding;
        foreach (var finding in dataset.IgnoredFolders.Select(Ignored).OfType<DatasetFinding>())
            yield return finding;
        foreach (var finding in dataset.Subsets.SelectMany(TooDeep).Concat(TwiceNamed(dataset)))
            yield return finding;
        if (dataset.ImageCount == 0 && !dataset.IgnoredFolders.Any(f => f is { Reason: IgnoredFolderReason.Missing, IsRegularization: false }))
            yield return new(DatasetFindingId.NoImages, FindingSeverity.Error, dataset.ImageFolder ?? (dataset.Subsets.Count > 0 ? dataset.Subsets[0].Folder : ""),
                "There are no pictures to train.", "Put pictures into a folder named <repeats>_<name>, such as 10_mydog, inside the folder that is given; Invoke-FolderPreparation makes one.");
        if (dataset.RegularizationFolder is { } regularization && dataset.RegularizationImageCount == 0)
            yield return new(DatasetFindingId.NoRegularizationImages, FindingSeverity.Error, regularization,
                "A regularisation folder is named, but none of its pictures are trained.", "Put pictures into a folder named <repeats>_<class> inside it, such as 1_dog, or leave the folder out.");
    }

    private static IEnumerable<DatasetFinding> InFolder(string folder)
    {
        var top = Pictures(folder);
        foreach (var finding in About(top, DatasetFindingId.ImagesAtTop, FindingSeverity.Error, folder,
            $"Pictures directly in the folder, where they are not trained: {top.Count}.",
            "Move them into a folder inside it named <repeats>_<name>, such as 10_mydog; Invoke-FolderPreparation copies them there."))
            yield return finding;
        if (RenameJournal.IsUnfinished(folder))
            yield return new(DatasetFindingId.BalanceInterrupted, FindingSeverity.Error, folder, "Balancing the folder was interrupted: some folders have temporary names and are not trained.",
                $"Type Set-DatasetBalance -LiteralPath '{folder}' to finish it.");
    }

    private static DatasetFinding? Ignored(IgnoredFolder folder) => folder.Reason switch
    {
        IgnoredFolderReason.NoRepeats when RenameJournal.IsOurs(Path.GetFileName(folder.Path)) => null,
        IgnoredFolderReason.NoRepeats => WithoutRepeats(folder),
        IgnoredFolderReason.RepeatsBelowOne => new(DatasetFindingId.RepeatsBelowOne, FindingSeverity.Error, folder.Path, folder.Message, "Give the folder at least 1 repeat, or move it elsewhere."),
        IgnoredFolderReason.Missing => new(DatasetFindingId.FolderMissing, FindingSeverity.Error, folder.Path, folder.Message, "Check the path; a trained folder must exist."),
        IgnoredFolderReason.NoImages => new(DatasetFindingId.EmptyFolder, FindingSeverity.Warning, folder.Path, folder.Message, "Put pictures directly into it, or remove it."),
        _ => new(DatasetFindingId.DuplicateFolder, FindingSeverity.Warning, folder.Path, folder.Message, "Name it once and raise its repeats."),
    };

    private static DatasetFinding WithoutRepeats(IgnoredFolder folder)
    {
        var name = Path.GetFileName(folder.Path);
        var pictures = Directory.Exists(folder.Path) ? Pictures(folder.Path).Count : 0;
        return new(DatasetFindingId.FolderWithoutRepeats, pictures > 0 ? FindingSeverity.Error : FindingSeverity.Warning, folder.Path,
            Text($"The folder '{name}' is not trained (pictures in it: {pictures}): its name does not begin with repeats and an underscore."),
            $"Rename it to '{NearestName(name)}'" + (pictures > 0 ? "." : ", or move it elsewhere.")) { Value = pictures };
    }

    // 10-name, 10 name and 10name mean 10_name; other names get ten repeats.
    private static string NearestName(string name)
    {
        var digits = name.TakeWhile(char.IsAsciiDigit).Count();
        var rest = name[digits..].TrimStart('-', ' ', '.', '_', 'x', '(', ')');
        return digits is > 0 and < 6 && rest.Length > 0 ? $"{name[..digits]}_{rest}" : $"10_{name.TrimStart('_', '.')}";
    }

    private static IEnumerable<DatasetFinding> TooDeep(DatasetSubset subset)
    {
        // A metadata file names pictures wherever they are.
        if (subset.MetadataFile is not null)
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(subset.Folder, "*", DatasetReader.Everything).Order(StringComparer.Ordinal))
        {
            var count = Pictures(folder, andBelow: true).Count;
            if (count > 0)
                yield return new(DatasetFindingId.ImagesTooDeep, FindingSeverity.Warning, folder, Text($"Pictures in a subfolder of '{subset.Name}', where they are not trained: {count}."),
                    $"Move them up into '{subset.Folder}', or into a <repeats>_<name> folder of their own.") { Value = count };
        }
    }

    private static IEnumerable<DatasetFinding> TwiceNamed(TrainingDataset dataset) => dataset.Subsets
        .Where(s => !string.IsNullOrEmpty(s.ClassTokens) && dataset.ImageFolder is not null)
        .GroupBy(s => (s.ClassTokens, s.IsRegularization))
        .Where(g => g.Count() > 1)
        .SelectMany(g => About([.. g.Select(s => s.Folder)], DatasetFindingId.SameConceptTwice, FindingSeverity.Warning, g.First().Folder,
            $"{g.Count()} folders are called '{g.Key.ClassTokens}' with different repeats, and all of them are trained.",
            "If one is left over from an earlier preparation, remove it; otherwise give them different names."));

    private static List<string> Pictures(string folder, bool andBelow = false)
    {
        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, MatchType = MatchType.Simple, RecurseSubdirectories = andBelow, IgnoreInaccessible = true };
        return [.. Directory.EnumerateFiles(folder, "*", options).Where(f => ImageFiles.IsMeantAsPicture(Path.GetFileName(f))).Order(StringComparer.Ordinal)];
    }
}
