using System.Text;
using KohyaPS.Files;
using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>Names that another system, above all Windows, cannot keep.</summary>
internal static class NameFindings
{
    private const int LongestPath = 260;
    private const string Forbidden = "\\:*?\"<>|";

    public static IEnumerable<DatasetFinding> Find(LintContext context)
    {
        foreach (var subset in context.Dataset.Subsets)
        {
            var files = Directory.EnumerateFiles(subset.Folder, "*", DatasetReader.Everything).Order(StringComparer.Ordinal).ToList();
            foreach (var path in files.Prepend(subset.Folder))
                if (Fault(path) is { } fault)
                    yield return new(DatasetFindingId.UnportableName, FindingSeverity.Warning, path, $"The name '{Path.GetFileName(path)}' {fault}.", "Rename it before the dataset moves to another system.");
            foreach (var finding in Similar(files, subset.Folder))
                yield return finding;
        }
    }

    private static string? Fault(string path)
    {
        var name = Path.GetFileName(path);
        if (PortableName.IsDevice(name))
            return "is reserved for a device on Windows";
        if (name.EndsWith('.') || name.EndsWith(' '))
            return "ends with a dot or blank, which Windows cuts off";
        if (name.FirstOrDefault(c => Forbidden.Contains(c) || char.IsControl(c)) is var bad and not '\0')
            return char.IsControl(bad) ? Text($"holds the control character U+{(int)bad:X4}") : $"holds the character {bad}, which Windows does not allow";
        return path.Length >= LongestPath ? Text($"makes a path of {path.Length} characters, more than many Windows programs open") : null;
    }

    // ü as one character and as u with two dots, or A.png and a.png: one file on other systems.
    private static IEnumerable<DatasetFinding> Similar(IEnumerable<string> files, string folder) => files
        .GroupBy(f => Path.GetFileName(f).Normalize(NormalizationForm.FormC).ToUpperInvariant(), StringComparer.Ordinal)
        .Where(g => g.Count() > 1)
        .SelectMany(g => About([.. g], DatasetFindingId.SimilarNames, FindingSeverity.Warning, folder,
            $"{g.Count()} files are called '{Path.GetFileName(g.First())}' but for case or accents; on other systems they would be one.", "Rename all but one of them."));
}
