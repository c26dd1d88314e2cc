using System.Globalization;
using System.Text;

namespace KohyaPS.Conformance;

/// <summary>docs/conformance.md: how the numbers of the checkout compare with the recorded ones.</summary>
internal static class ConformancePage
{
    public static void Write(string path, IReadOnlyList<FamilyReport> families)
    {
        var page = new StringBuilder();
        page.Append("""
            # Conformance

            Written by `dotnet pwsh build.ps1 Conformance` over `tests/Goldens`: numbers recorded from the original programs, replayed through this one.
            "Worst" is the largest error of any comparison as a share of its tolerance; 0.00 means exact.

            | Family | Passed | Failed | Skipped | Worst |
            |---|---:|---:|---:|---:|

            """);
        foreach (var family in families)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"| {family.Name} | {family.Count(GoldenOutcome.Passed)} | {family.Count(GoldenOutcome.Failed)} | {family.Count(GoldenOutcome.Skipped)} | {family.Worst:0.00} |\n");
        }
        var skipped = families.SelectMany(family => family.SkipReasons.Select(skip => $"- {family.Name}: {skip.Count} skipped: {skip.Reason}\n")).ToList();
        if (skipped.Count > 0)
            page.Append("\n## Skipped\n\n").AppendJoin("", skipped);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, page.ToString().ReplaceLineEndings("\n"));
    }
}
