using System.Text.Json;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Image folders to balance: the plan for every entry, then the names on disk after it was carried out.</summary>
internal static class BalanceCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        using var scratch = new ScratchFolder();
        ToolTree.Build(scratch.Path, recorded.Inputs);
        var folder = recorded.Settings.TryGetProperty("folder", out var named)
            ? named.GetString() is { Length: > 0 } relative ? Path.Combine(scratch.Path, relative) : ""
            : scratch.Path;
        var right = recorded.Expected.GetProperty("right");
        var steps = recorded.Settings.GetProperty("steps_per_concept").GetDouble();
        var before = ToolTree.Files(scratch.Path);
        BalancePlan Plan() => BalancePlan.Create(folder, steps, recorded.Settings.GetProperty("insecure").GetBoolean());

        if (right.TryGetProperty("error", out var reason))
        {
            check.True($"should be refused: {reason}", AssignmentCases.Refuses(() => Plan()));
            check.EqualList("files", before, ToolTree.Files(scratch.Path));
            return;
        }
        var plan = Plan();
        var wanted = right.GetProperty("plan").EnumerateArray().ToList();
        check.EqualList("entries", [.. wanted.Select(e => e.GetProperty("name").GetString()!)], [.. plan.Entries.Select(e => e.Name)]);
        foreach (var (want, got) in wanted.Zip(plan.Entries))
            Compare(want, got, check);
        if (plan.Collisions.Any())
        {
            check.True("a plan with collisions should be refused", AssignmentCases.Refuses(() => new DatasetBalancer().Apply(plan)));
            check.EqualList("files", before, ToolTree.Files(scratch.Path));
            return;
        }
        new DatasetBalancer().Apply(plan);
        check.EqualList("files after", [.. before.Select(f => Renamed(f, wanted)).Order(StringComparer.Ordinal)], ToolTree.Files(scratch.Path));
    }

    private static void Compare(JsonElement want, DatasetBalance got, GoldenCheck check)
    {
        var name = got.Name;
        check.Equal($"{name}: action", want.GetProperty("action").GetString(), got.Action switch
        {
            BalanceAction.SkippedName => "skip: name",
            BalanceAction.SkippedFile => "skip: a file",
            BalanceAction.SkippedEmpty => "skip: no images",
            var action => action.ToString().ToLowerInvariant(),
        });
        if (want.TryGetProperty("images", out var images))
            check.Equal($"{name}: images", images.GetInt32(), got.Images);
        if (!want.TryGetProperty("repeats", out var repeats))
            return;
        check.Equal($"{name}: repeats", repeats.GetInt32(), got.NewRepeats);
        check.Equal($"{name}: weight", want.GetProperty("weight").GetDouble(), got.Weight);
        check.Equal($"{name}: new name", want.GetProperty("new_name").GetString(), got.NewName);
        check.Equal($"{name}: steps", want.GetProperty("steps").GetInt64(), got.Steps);
    }

    // "10_x/i0.png" with 10_x renamed to 143_x.
    private static string Renamed(string file, List<JsonElement> plan)
    {
        var parts = file.Split('/', 2);
        var entry = plan.FirstOrDefault(e => e.GetProperty("name").GetString() == parts[0] && e.GetProperty("action").GetString() == "rename");
        return entry.ValueKind == JsonValueKind.Undefined ? file : $"{entry.GetProperty("new_name").GetString()}/{parts[1]}";
    }
}
