using KohyaPS.Datasets;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Pictures held back for validation: how many, and that each is in exactly one part.</summary>
internal static class SplitCases
{
    private const long OtherSeed = 1234;

    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        var count = recorded.Inputs.GetProperty("count").GetInt32();
        var share = recorded.Settings.GetProperty("validation_split").GetDouble();
        var seed = recorded.Settings.GetProperty("validation_seed") is { ValueKind: System.Text.Json.JsonValueKind.Number } given ? given.GetInt64() : OtherSeed;
        var (train, validation) = ValidationSplit.Of(count, share, seed);
        var right = recorded.Expected.GetProperty("right");
        check.Equal("train_count", right.GetProperty("train_count").GetInt32(), train.Count);
        check.Equal("validation_count", right.GetProperty("validation_count").GetInt32(), validation.Count);
        check.EqualList("all pictures", [.. Enumerable.Range(0, count)], [.. train.Concat(validation).Order()]);
        check.EqualList("the same again", [.. validation], [.. ValidationSplit.Of(count, share, seed).Validation]);
    }
}
