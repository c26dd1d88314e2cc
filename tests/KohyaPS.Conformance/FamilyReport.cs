using System.Globalization;

namespace KohyaPS.Conformance;

/// <summary>What came of all cases of a family.</summary>
public sealed record FamilyReport(string Name, IReadOnlyList<GoldenResult> Results)
{
    /// <summary>The family's line, read by people and scripts.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture,
        $"{Name}: {Count(GoldenOutcome.Passed)} passed, {Count(GoldenOutcome.Failed)} failed, {Count(GoldenOutcome.Skipped)} skipped, worst {Worst:0.00}");

    /// <summary>The largest error of any case as a share of its tolerance.</summary>
    public double Worst => Results.Select(result => result.Worst).DefaultIfEmpty(0).Max();

    /// <summary>Why cases were skipped, and how many for each reason.</summary>
    public IEnumerable<(string Reason, int Count)> SkipReasons => Of(GoldenOutcome.Skipped).GroupBy(result => result.Message).Select(group => (group.Key, group.Count()));

    /// <summary>Runs a family over a root. Files that cannot be turned into cases are a failure of the family.</summary>
    public static FamilyReport Run(GoldenFamily family, string root, bool full)
    {
        var results = new List<GoldenResult>();
        try
        {
            foreach (var golden in family.CasesBelow(root))
                results.Add(golden.Run(full));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or KeyNotFoundException or InvalidOperationException or System.Text.Json.JsonException)
        {
            results.Add(new("reading the cases", GoldenOutcome.Failed, 0, e.ToString()));
        }
        return new(family.Name, results);
    }

    public IEnumerable<GoldenResult> Of(GoldenOutcome outcome) => Results.Where(result => result.Outcome == outcome);

    public int Count(GoldenOutcome outcome) => Of(outcome).Count();
}
