using System.Security.Cryptography;
using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>Every tensor of a mini checkpoint, found through the key maps in both layouts and hashed; and the key maps against the recorded ones.</summary>
internal static class LayoutCases
{
    public static IEnumerable<GoldenCase> In(string family)
    {
        var root = Path.Combine(family, "checkpoints");
        if (!Directory.Exists(root))
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal).Where(f => File.Exists(Path.Combine(f, "model.json"))))
        {
            var name = Path.GetFileName(folder);
            yield return new($"layout.{name}.single", check => Replay(new(folder), m => m.OpenSingleFile(), check));
            yield return new($"layout.{name}.diffusers", check => Replay(new(folder), m => m.OpenFolder(), check));
            yield return new($"layout.{name}.key-map", check => CompareKeyMap(new(folder), check));
        }
    }

    private static void Replay(MiniCheckpoint mini, Func<MiniCheckpoint, Checkpoint> open, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = open(mini);
        check.Equal("family", mini.Family, checkpoint.Family);
        check.EqualList("unexpected tensors", [], checkpoint.Unexpected);
        var tensors = mini.Model.GetProperty("tensors");
        foreach (var key in mini.Model.GetProperty("key_map").EnumerateObject())
        {
            var places = key.Value.EnumerateArray().Select(p => (Part: Part(p[0].GetString()!), Name: p[1].GetString()!, Operation: p[2].GetString()!)).ToList();
            if (places.Count == 0)
                continue;
            var expected = tensors.GetProperty(key.Name);
            var found = places.Select(p => checkpoint[p.Part].Tensors.Read(p.Name).to(ScalarType.Float32)).ToList();
            // Back to the single file's form, whose bytes were hashed.
            using var whole = places.Count > 1 ? cat(found, 0) : places[0].Operation == "transpose" ? found[0].t().contiguous() : found[0].contiguous();
            check.Equal(key.Name, expected.GetProperty("sha256_fp32").GetString(), Convert.ToHexStringLower(SHA256.HashData(whole.bytes)));
            long[] shape = [.. expected.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            check.EqualList($"{key.Name} shape", places[0].Operation == "squeeze" ? shape[..2] : shape, whole.shape);
            check.True($"{key.Name}: the shape differs before and after reading", places.Zip(found).All(p => checkpoint[p.First.Part].Tensors.Shape(p.First.Name).SequenceEqual(p.Second.shape)));
        }
    }

    private static void CompareKeyMap(MiniCheckpoint mini, GoldenCheck check)
    {
        using var single = mini.OpenSingleFile();
        var contents = SingleFileLayout.Of(mini.Family).Read(single.SingleFile.Names);
        var got = contents.Parts.SelectMany(part => contents[part].Select(m => $"{m.FileKey} -> {part.FolderName()} {m.Name}")).Order(StringComparer.Ordinal);
        var want = mini.Model.GetProperty("key_map").EnumerateObject()
            .SelectMany(k => k.Value.EnumerateArray().Select(p => $"{k.Name} -> {p[0].GetString()} {p[1].GetString()}")).Order(StringComparer.Ordinal);
        check.EqualList("single file to diffusers", [.. want], [.. got]);
        var back = single.Parts.SelectMany(part => SingleFileLayout.Of(mini.Family).Write(part.Part, part.Tensors.Names).Select(m => $"{m.FileKey} -> {part.Part.FolderName()} {m.Name}"));
        check.EqualList("diffusers to single file", [.. want], [.. back.Order(StringComparer.Ordinal)]);
    }

    private static ModelPart Part(string folder) => Enum.GetValues<ModelPart>().First(p => p.FolderName() == folder);
}
