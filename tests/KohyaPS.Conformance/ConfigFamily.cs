using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Conformance;

/// <summary>Configurations of other people, and the settings that the peers make of them (expected.json). They lie beside the goldens, in data/.</summary>
public abstract class ConfigFamily(string name) : GoldenFamily
{
    private const int PicturesAssumed = 200;

    public override string Name => name;

    public override IEnumerable<GoldenCase> CasesBelow(string root)
    {
        var beside = Path.Combine(root, "..", "data", Name);
        return Directory.Exists(Path.Combine(root, Name)) || !Directory.Exists(beside) ? base.CasesBelow(root) : Cases(beside);
    }

    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        var expected = document.RootElement.GetProperty("files").EnumerateArray().Select(file => file.Clone()).ToList();
        foreach (var file in expected)
        {
            var path = Path.Combine(folder, file.GetProperty("file").GetString()!);
            if (File.Exists(path))
                yield return new(file.GetProperty("file").GetString()!, check => Replay(check, path, file));
        }
        var manifest = Path.Combine(folder, "manifest.json");
        if (!File.Exists(manifest))
            yield break;
        using var rows = JsonDocument.Parse(File.ReadAllText(manifest));
        var list = rows.RootElement.ValueKind == JsonValueKind.Array ? rows.RootElement : rows.RootElement.GetProperty("files");
        var named = expected.Select(file => file.GetProperty("file").GetString()).ToHashSet();
        foreach (var row in list.EnumerateArray().Select(row => row.Clone()))
        {
            var file = row.GetProperty("file").GetString()!;
            var path = Path.Combine(folder, file);
            if (!named.Contains(file) && File.Exists(path))
                yield return new(file, check => WithoutExpectation(check, path, row.GetProperty("kind").GetString()!));
        }
    }

    private static void Replay(GoldenCheck check, string path, JsonElement file)
    {
        switch (file.GetProperty("kind").GetString())
        {
            case "gui-json" or "gui-preset":
                GuiConfigCases.Replay(check, path, file, PicturesAssumed);
                break;
            case "dataset-toml":
                DatasetConfigCases.Replay(check, path, file);
                break;
            default:
                TrainerConfigCases.Replay(check, path, file);
                break;
        }
    }

    /// <summary>Scripts give a configuration for each training they start; files of other programs are refused with their name.</summary>
    private static void WithoutExpectation(GoldenCheck check, string path, string kind)
    {
        if (kind == "launch-script" && !path.EndsWith(".ps1", StringComparison.Ordinal))
        {
            var command = Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path) + ".cmdline.txt").Single();
            check.Equal("configurations", 1, ConfigFiles.ReadAll(path).Count);
            check.Equal("settings", string.Join('\n', ConfigFiles.Read(command).Settings), string.Join('\n', ConfigFiles.Read(path).Settings));
            return;
        }
        if (kind == "launch-script")
            throw new GoldenSkipException("PowerShell scripts are read with PowerShell's parser; tests/Module/ConfigImport.Tests.ps1 does it");
        var message = "";
        try
        {
            ConfigFiles.ReadAll(path);
        }
        catch (ConfigFormatException error)
        {
            message = error.Message;
        }
        check.True("refused by name, but: " + message, message.Contains("is not read. It ", StringComparison.Ordinal));
    }
}
