using System.Security.Cryptography;
using System.Text;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>Tells models apart by their weights: what a cache was made with.</summary>
internal static class WeightHash
{
    private const long ChunkElements = 1 << 26;

    /// <summary>SHA-256 over names, types and values of all weights, 64 lower-case hex digits.</summary>
    public static string Of(params IEnumerable<Block> models)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, weight) in models.SelectMany(model => model.Weights))
        {
            using var scope = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {weight.dtype}\n"));
            var flat = weight.detach().cpu().contiguous().reshape(-1);
            for (var at = 0L; at < flat.numel(); at += ChunkElements)
                hash.AppendData(flat.narrow(0, at, Math.Min(ChunkElements, flat.numel() - at)).bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
