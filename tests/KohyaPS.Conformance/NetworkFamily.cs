using System.IO.Compression;
using System.Text.Json;
using KohyaPS.Conformance.Network;

namespace KohyaPS.Conformance;

/// <summary>Adapters: where they are attached, what they compute, how they are saved.</summary>
public sealed class NetworkFamily : GoldenFamily
{
    /// <inheritdoc/>
    public override string Name => "network";

    /// <inheritdoc/>
    public override IEnumerable<GoldenCase> Cases(string folder) =>
        Directory.EnumerateFiles(folder, "*.json").Concat(Directory.EnumerateFiles(folder, "*.json.gz")).Order(StringComparer.Ordinal).SelectMany(CasesOfFile);

    private static IEnumerable<GoldenCase> CasesOfFile(string file)
    {
        using var json = JsonDocument.Parse(Read(file));
        foreach (var recorded in json.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Clone()))
            yield return new($"{recorded.GetProperty("kind").GetString()}.{recorded.GetProperty("case").GetString()}", check => Replay(recorded, file, check));
    }

    private static void Replay(JsonElement recorded, string file, GoldenCheck check)
    {
        using var tensors = GoldenTensors.Beside(file);
        switch (recorded.GetProperty("kind").GetString())
        {
            case "module":
                ModuleCases.ReplayModule(recorded, tensors!, check);
                break;
            case "merge":
                ModuleCases.ReplayMerge(recorded, tensors!, check);
                break;
            case "max_norm":
                ModuleCases.ReplayMaxNorm(recorded, tensors!, check);
                break;
            case "saved_file":
                SavedFileCases.Replay(recorded, Path.GetDirectoryName(file)!, check);
                break;
            case "block_lr_weight":
                BlockCases.ReplayFactors(recorded, check);
                break;
            case "block_index":
                BlockCases.ReplayIndex(recorded, check);
                break;
            case "attach":
                AttachCases.Replay(recorded, check);
                break;
            case "diffusers_names":
                AttachCases.ReplayNames(recorded, check);
                break;
            case var kind:
                GoldenCheck.Skip($"arrives later: cases of kind '{kind}'");
                break;
        }
    }

    private static byte[] Read(string file)
    {
        if (!file.EndsWith(".gz", StringComparison.Ordinal))
            return File.ReadAllBytes(file);
        using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        packed.CopyTo(plain);
        return plain.ToArray();
    }
}
