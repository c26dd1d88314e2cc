using KohyaPS.Engine.Networks;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>Writes a network as a kohya file, whose metadata and hashes other programs know.</summary>
internal static class NetworkFile
{
    /// <summary>Writes the file.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="network">The network.</param>
    /// <param name="metadata">Entries of the header; the two hashes are added.</param>
    /// <param name="precision">Type of every tensor, alphas included; null keeps that of training.</param>
    /// <returns>The metadata as written.</returns>
    public static IReadOnlyDictionary<string, string> Write(
        string path, AttachedNetwork network, IReadOnlyDictionary<string, string> metadata, SavePrecision? precision)
    {
        using var scope = NewDisposeScope();
        return Write(path, network.Export(), metadata, precision);
    }

    /// <summary>Writes named tensors.</summary>
    /// <inheritdoc cref="Write(string, AttachedNetwork, IReadOnlyDictionary{string, string}, SavePrecision?)"/>
    public static IReadOnlyDictionary<string, string> Write(
        string path, IReadOnlyList<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string> metadata, SavePrecision? precision)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var stored = tensors.ToDictionary(t => t.Name, t => t.Value.to(DtypeOf(precision) ?? t.Value.dtype, CPU).contiguous());
        SafetensorsDeclaration[] declarations = [.. stored.Select(t => new SafetensorsDeclaration(t.Key, SafetensorsTypes.Of(t.Value.dtype), t.Value.shape))];
        void Source(SafetensorsEntry entry, Stream target) => target.Write(stored[entry.Name].bytes);
        var hashes = SafetensorsHashes.Compute(declarations, metadata, Source);
        var written = new Dictionary<string, string>(metadata) { ["sshs_model_hash"] = hashes.ModelHash, ["sshs_legacy_hash"] = hashes.LegacyHash };
        new SafetensorsWriter(declarations, written).Write(path, Source);
        return written;
    }

    /// <summary>The tensors of a network file, in their stored types. The caller owns them.</summary>
    /// <exception cref="CheckpointFormatException">The file is no safetensors file.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Entries.ToDictionary(e => e.Name, e => SafetensorsTypes.Read(file, e));
    }

    private static ScalarType? DtypeOf(SavePrecision? precision) => precision switch
    {
        SavePrecision.Float => ScalarType.Float32,
        SavePrecision.Fp16 => ScalarType.Float16,
        SavePrecision.Bf16 => ScalarType.BFloat16,
        _ => null,
    };
}
