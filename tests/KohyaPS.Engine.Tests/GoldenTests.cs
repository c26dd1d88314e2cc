using KohyaPS.Conformance;

namespace KohyaPS.Engine.Tests;

/// <summary>Replays every golden case of one family; a family's test class derives from this and is otherwise empty.</summary>
public abstract class GoldenTests<TFamily>
    where TFamily : GoldenFamily, new()
{
    // xunit counts a theory without data as failed in its summary, so that a family without files gets one case that says so.
    private const string None = "(no files)";

    private static readonly Dictionary<string, GoldenCase> Cases = new TFamily().CasesBelow(GoldenRoot.Path).ToDictionary(c => c.Id);

    public static TheoryData<string> CaseIds => Cases.Count > 0 ? [.. Cases.Keys] : [None];

    [Theory]
    [MemberData(nameof(CaseIds))]
    public void Matches_the_peer(string id)
    {
        Assert.SkipWhen(id == None, $"'{GoldenRoot.Path}' has no files of this family.");
        var result = Cases[id].Run(GoldenRoot.IsFullRun);
        Assert.SkipWhen(result.Outcome == GoldenOutcome.Skipped, result.Message);
        Assert.True(result.Outcome == GoldenOutcome.Passed, result.Message);
    }
}
