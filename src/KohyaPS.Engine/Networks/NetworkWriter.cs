using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Saving;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>Writes a network as a kohya file, whose metadata and hashes other programs know.</summary>
internal static class NetworkWriter
{
    /// <summary>Writes the file.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="network">The network.</param>
    /// <param name="metadata">Entries of the header; the two hashes are added or renewed. A PyTorch file (.ckpt, .pt) has no place for them.</param>
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
        var stored = tensors.ToDictionary(t => t.Name, t => t.Value.to(precision?.ToTorch() ?? t.Value.dtype, CPU).contiguous());
        var hashes = TensorFile.Hash(stored, metadata);
        var written = new Dictionary<string, string>(metadata) { ["sshs_model_hash"] = hashes.ModelHash, ["sshs_legacy_hash"] = hashes.LegacyHash };
        TensorFile.Save(path, stored, written);
        return written;
    }
}
