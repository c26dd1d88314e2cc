using System.IO.Compression;
using System.Text.Json;
using KohyaPS.Conformance.Steps;

namespace KohyaPS.Conformance;

/// <summary>Whole small trainings, micro-batch by micro-batch, through the loop that trains.</summary>
public sealed class StepsFamily : GoldenFamily
{
    /// <inheritdoc/>
    public override string Name => "steps";

    /// <inheritdoc/>
    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        var layouts = new Lazy<JsonElement>(() => Layouts(Path.Combine(folder, "layouts.json.gz")));
        return Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)
            .Select(file => new GoldenCase(Path.GetFileNameWithoutExtension(file), check => StepsCase.Replay(file, layouts.Value, check)));
    }

    private static JsonElement Layouts(string file)
    {
        using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var json = JsonDocument.Parse(packed);
        return json.RootElement.GetProperty("layouts").Clone();
    }
}
