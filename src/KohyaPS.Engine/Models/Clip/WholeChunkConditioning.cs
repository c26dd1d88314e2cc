using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>
/// Text states of drawn pictures (SD1, SD2), and of weighted captions in the trainers of 2023: the states of every row stand whole one after the
/// other, weighted token by token, and each text is scaled so that the mean of its states stays what it was.
/// </summary>
internal static class WholeChunkConditioning
{
    /// <param name="encoder">The encoder.</param>
    /// <param name="ids">[B, n, 77] int64.</param>
    /// <param name="weights">[B, n, 77] float32.</param>
    /// <param name="clipSkip">1 takes the last layer.</param>
    /// <returns>[B, 77 n, C]</returns>
    public static Tensor Encode(ClipTextEncoder encoder, Tensor ids, Tensor weights, int clipSkip)
    {
        using var scope = NewDisposeScope();
        var (batch, rows) = (ids.size(0), ids.size(1));
        var states = encoder.Encode(ids.flatten(0, 1), clipSkip);                               // [B n, 77, C]
        var whole = states.reshape(batch, rows * ids.size(2), -1);                              // [B, 77 n, C]
        var weighted = whole * weights.reshape(batch, -1, 1).to(whole.dtype);
        // Means in float32, as the peer computes them.
        var factor = Mean(whole) / Mean(weighted);                                              // [B, 1, 1]
        return (weighted * factor.to(weighted.dtype)).MoveToOuterDisposeScope();
    }

    private static Tensor Mean(Tensor states) => states.to(float32).mean([1, 2], keepdim: true);
}
