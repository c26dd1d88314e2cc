using System.Security.Cryptography;
using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Pickles;
using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;

namespace KohyaPS.Conformance.Models;

/// <summary>Good, odd and hostile PyTorch files: what opens, what it holds, what is refused, and that nothing of it is run.</summary>
internal static class PickleCases
{
    // Where the payloads of the recorded files leave a mark when they are run.
    private const string MarkVariable = "KOHYAPS_PWNED";
    private const long SpareBytes = 32 << 20;

    public static IEnumerable<GoldenCase> In(string family)
    {
        var list = Path.Combine(family, "pickle", "pickle.json");
        if (!File.Exists(list))
            yield break;
        using var document = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var found in document.RootElement.GetProperty("files").EnumerateObject())
        {
            var recorded = found.Value.Clone();
            var file = Path.Combine(family, "pickle", found.Name);
            // A fresh clone has only the small ones.
            if (!File.Exists(file))
                continue;
            yield return new($"pickle.{found.Name}", check => Replay(family, file, recorded, check));
        }
    }

    private static void Replay(string family, string file, JsonElement recorded, GoldenCheck check)
    {
        var mark = Path.Combine(Path.GetTempPath(), $"kohyaps-{Guid.NewGuid():N}.mark");
        Environment.SetEnvironmentVariable(MarkVariable, mark);
        var expect = recorded.GetProperty("expect").GetString()!;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var opened = AnyTensorFile.Open(file);
            check.True($"a file to be refused was opened: {recorded.GetProperty("why").GetString()}", !expect.StartsWith("refuse", StringComparison.Ordinal));
            Compare(family, opened, recorded, check);
        }
        catch (CheckpointFormatException refusal)
        {
            check.True($"a good file was refused: {refusal.Message}", expect.StartsWith("refuse", StringComparison.Ordinal) || expect == "either");
            check.True($"the refusal names no harmful name: {refusal.Message}", expect != "refuse-hostile" || refusal.InnerException is PickleFormatException { Hostile: not null });
            check.True("the refusal does not name the file", refusal.Message.Contains(Path.GetFileName(file), StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable(MarkVariable, null);
        }
        check.True("opening took much memory", GC.GetAllocatedBytesForCurrentThread() - before < (8 * new FileInfo(file).Length) + SpareBytes);
        check.True("the file ran something", !File.Exists(mark));
    }

    private static void Compare(string family, ITensorFile opened, JsonElement recorded, GoldenCheck check)
    {
        if (opened is PickleFile pickle)
        {
            check.Equal("epoch", Number(recorded, "epoch"), pickle.Epoch);
            check.Equal("global_step", Number(recorded, "global_step"), pickle.GlobalStep);
            var names = recorded.TryGetProperty("names", out var listed) ? listed.EnumerateArray().Select(n => n.GetString()!).ToList() : [];
            check.EqualList("names left out", [.. names.Order(StringComparer.Ordinal)], [.. pickle.Placeholders.Order(StringComparer.Ordinal)]);
        }
        using var store = TensorFileStore.Open(opened.Path);
        if (recorded.TryGetProperty("tensors", out var tensors))
        {
            check.EqualList("tensors", [.. tensors.EnumerateObject().Select(t => t.Name)], [.. store.Names]);
            check.EqualList("shape of w", [.. tensors.GetProperty("w").EnumerateArray().Select(d => d.GetInt64())], store.Shape("w"));
            check.EqualList("w", [1, 2, 3, 4, 5, 6], opened.ReadFloats("w"));
        }
        if (recorded.TryGetProperty("digest", out var digest))
        {
            foreach (var want in digest.EnumerateObject())
                CompareDigest(store, want, check);
        }
        if (recorded.TryGetProperty("same_tensors_as", out var twin))
        {
            using var other = TensorFileStore.Open(Path.Combine(family, "checkpoints", twin.GetString()!));
            check.EqualList("tensors", [.. other.Names.Order(StringComparer.Ordinal)], [.. store.Names.Order(StringComparer.Ordinal)]);
            foreach (var name in other.Names)
                check.Equal(name, Hash(other, name), Hash(store, name));
        }
        if (recorded.TryGetProperty("kind", out var kind))
            check.Equal("kind", kind.GetString() == "textual-inversion" ? ModelKind.TextualInversion : ModelKind.Unknown, ModelDetector.Detect(opened).Kind);
    }

    private static void CompareDigest(TensorFileStore store, JsonProperty want, GoldenCheck check)
    {
        check.Equal($"{want.Name} dtype", SafetensorsCases.Dtype(want.Value.GetProperty("dtype").GetString()!), store[want.Name].Dtype);
        check.EqualList($"{want.Name} shape", [.. want.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())], store.Shape(want.Name));
        check.Equal($"{want.Name} content", want.Value.GetProperty("sha256_le").GetString(), Hash(store, want.Name));
        // The other way to the numbers, without torch.
        if (want.Value.TryGetProperty("values", out var values) && values.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number))
            check.EqualList($"{want.Name} values", [.. values.EnumerateArray().Select(v => (float)v.GetDouble())], store.File.ReadFloats(want.Name));
    }

    private static string Hash(TensorFileStore store, string name)
    {
        using var tensor = store.Read(name);
        using var bytes = new MemoryStream();
        TensorFile.WriteBytes(tensor, bytes);
        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }

    private static long? Number(JsonElement recorded, string name) => recorded.TryGetProperty(name, out var number) ? number.GetInt64() : null;
}
