using System.Text.Json;
using KohyaPS.Conformance.Prompts;

namespace KohyaPS.Conformance;

/// <summary>Weights in prompts, the rows they become, weighted text states, and files of sample prompts.</summary>
public sealed class PromptsFamily : GoldenFamily
{
    /// <inheritdoc/>
    public override string Name => "prompts";

    /// <inheritdoc/>
    public override IEnumerable<GoldenCase> Cases(string folder) => Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).SelectMany(CasesOfFile);

    private static IEnumerable<GoldenCase> CasesOfFile(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = json.RootElement.Clone();
        if (!root.TryGetProperty("cases", out var cases))
            yield break;
        foreach (var recorded in cases.EnumerateArray())
            yield return new($"{Path.GetFileNameWithoutExtension(file)}.{recorded.GetProperty("case").GetString()}", check => Replay(file, root, recorded, check));
    }

    // The kind of a case shows in what is expected of it.
    private static void Replay(string file, JsonElement root, JsonElement recorded, GoldenCheck check)
    {
        var expected = recorded.GetProperty("expected");
        var inputs = recorded.GetProperty("inputs");
        if (expected.TryGetProperty("pieces", out _) || (expected.TryGetProperty("error", out _) && inputs.TryGetProperty("text", out _)))
            AttentionCases.Replay(recorded, check);
        else if (expected.TryGetProperty("ids_sd1", out _))
            LayoutCases.Replay(recorded, check);
        else if (expected.TryGetProperty("rows", out _))
            LayoutCases.ReplayWhole(recorded, check);
        else if (root.TryGetProperty("encoders", out _))
            StateCases.Replay(file, root, recorded, check);
        else
            GoldenCheck.Skip($"arrives with a later issue: {Path.GetFileNameWithoutExtension(file)}");
    }
}
