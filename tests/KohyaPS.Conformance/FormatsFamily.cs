using System.Text.Json;
using KohyaPS.Conformance.Formats;

namespace KohyaPS.Conformance;

/// <summary>What lies beside the weights: metadata, file names, which files are kept, resuming.</summary>
public sealed class FormatsFamily : GoldenFamily
{
    /// <inheritdoc/>
    public override string Name => "formats";

    /// <inheritdoc/>
    public override IEnumerable<GoldenCase> Cases(string folder) =>
        Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)
            .Select(file => new GoldenCase(Path.GetFileNameWithoutExtension(file), check => Replay(file, check)));

    private static void Replay(string file, GoldenCheck check)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var recorded = json.RootElement;
        var name = Path.GetFileNameWithoutExtension(file);
        if (recorded.TryGetProperty("expected", out var expected) && expected.TryGetProperty("metadata", out _))
            MetadataCases.Replay(recorded, check);
        else if (name.StartsWith("retention-", StringComparison.Ordinal))
            RetentionCases.Replay(recorded, check);
        else if (recorded.TryGetProperty("prompts", out _))
            LoraPictureCases.Replay(file, recorded, check);
        else
            LogCases.Replay(recorded, check);
    }
}
