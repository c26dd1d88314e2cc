using System.Text.Json;

namespace KohyaPS.Conformance;

/// <summary>Files as people have them, and what the peers make of them (expected.json). They lie beside the goldens, in data/.</summary>
public abstract class RealInputFamily(string name) : GoldenFamily
{
    public override string Name => name;

    public override IEnumerable<GoldenCase> CasesBelow(string root)
    {
        var beside = Path.Combine(root, "..", "data", Name);
        return Directory.Exists(Path.Combine(root, Name)) || !Directory.Exists(beside) ? base.CasesBelow(root) : Cases(beside);
    }

    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        foreach (var file in document.RootElement.GetProperty("files").EnumerateArray().Select(file => file.Clone()))
        {
            var name = file.GetProperty("file").GetString()!;
            if (File.Exists(Path.Combine(folder, name)))
                yield return new(name, check => Replay(Path.Combine(folder, name), file, check));
        }
    }

    /// <summary>Compares one file with its expectation.</summary>
    protected abstract void Replay(string path, JsonElement expected, GoldenCheck check);
}
