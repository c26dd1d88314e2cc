using System.Text.Json;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Folder preparation: every file and folder afterwards, or a refusal that leaves the tree as it was.</summary>
internal static class PreparationCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        using var scratch = new ScratchFolder();
        ToolTree.Build(scratch.Path, recorded.Inputs);
        var right = recorded.Expected.GetProperty("right");
        var plan = Plan(recorded.Settings, scratch.Path, force: false);
        if (right.ValueKind == JsonValueKind.Object && right.TryGetProperty("error", out var reason))
        {
            CheckRefused(plan, $"should be refused: {reason}", scratch.Path, check);
            return;
        }
        if (right.ValueKind == JsonValueKind.Object && right.TryGetProperty("needs_force", out _))
        {
            CheckRefused(plan, "should be refused without force", scratch.Path, check);
            check.True("the refusal should say how to force it", plan.Problems.All(p => p.Message.Contains("-Force", StringComparison.Ordinal)));
            plan = Plan(recorded.Settings, scratch.Path, force: true);
        }
        if (right.ValueKind == JsonValueKind.Object && right.TryGetProperty("warning", out var warning))
        {
            var named = warning.GetString()!.Replace(" stays", "", StringComparison.Ordinal);
            check.True($"should warn: {warning}", plan.Warnings.Any(w => w.Contains(named, StringComparison.Ordinal)));
        }
        FolderPreparer.Prepare(plan);
        Compare(recorded.Expected, plan, scratch.Path, check);
    }

    private static void CheckRefused(FolderPreparationPlan plan, string what, string root, GoldenCheck check)
    {
        var (files, folders) = (ToolTree.Files(root), ToolTree.Folders(root));
        check.True(what, plan.Problems.Count > 0 && AssignmentCases.Refuses(() => FolderPreparer.Prepare(plan)));
        check.EqualList("files after a refusal", files, ToolTree.Files(root));
        check.EqualList("folders after a refusal", folders, ToolTree.Folders(root));
    }

    private static void Compare(JsonElement expected, FolderPreparationPlan plan, string root, GoldenCheck check)
    {
        var want = expected.TryGetProperty("peer_new", out var newest) ? newest : expected.GetProperty("peer");
        static string[] Sorted(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!).Order(StringComparer.Ordinal)];
        check.EqualList("files", Sorted(want.GetProperty("files")), ToolTree.Files(root));
        check.EqualList("folders", Sorted(want.GetProperty("folders")), ToolTree.Folders(root));
        var tab = want.GetProperty("folders_tab");
        string At(string field) => tab.GetProperty(field).GetString() is { Length: > 0 } relative ? Path.Combine(root, relative) : "";
        check.Equal("train_data_dir", At("train_data_dir"), plan.ImageFolder);
        check.Equal("reg_data_dir", At("reg_data_dir"), Directory.Exists(plan.RegularizationFolder) ? plan.RegularizationFolder : "");
        check.Equal("output_dir", At("output_dir"), plan.OutputFolder);
        check.Equal("logging_dir", At("logging_dir"), plan.LoggingFolder);
        foreach (var folder in plan.Folders)
            foreach (var file in ToolTree.Files(folder.Source))
            {
                var (source, copy) = (Path.Combine(folder.Source, file), Path.Combine(folder.Target, file));
                check.Equal($"{file}: text", File.ReadAllText(source), File.ReadAllText(copy));
                check.Equal($"{file}: time", File.GetLastWriteTimeUtc(source), File.GetLastWriteTimeUtc(copy));
            }
    }

    private static FolderPreparationPlan Plan(JsonElement settings, string root, bool force)
    {
        string At(string name) => settings.GetProperty(name).GetString() is { Length: > 0 } relative ? Path.Combine(root, relative) : "";
        return FolderPreparationPlan.Create(new()
        {
            Source = At("training_images"),
            Destination = At("destination"),
            Instance = settings.GetProperty("instance_prompt").GetString()!,
            Class = settings.GetProperty("class_prompt").GetString()!,
            Repeats = settings.GetProperty("training_repeats").GetDouble(),
            RegularizationSource = At("regularisation_images"),
            RegularizationRepeats = settings.GetProperty("regularisation_repeats").GetDouble(),
            Force = force,
        });
    }
}
