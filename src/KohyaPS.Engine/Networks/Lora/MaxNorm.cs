using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Lora;

/// <summary>
/// Max-norm regularisation (setting scale_weight_norms): an adapter whose update has a Frobenius norm above the limit gets both matrices
/// scaled by the root of limit / norm. Small norms are never enlarged.
/// </summary>
internal static class MaxNorm
{
    /// <summary>Scales what is too large.</summary>
    /// <param name="adapters">The adapters.</param>
    /// <param name="limit">Largest norm of an update.</param>
    public static AdapterNorms Apply(IEnumerable<LoraAdapter> adapters, double limit)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var all = adapters.ToArray();
        if (all.Length == 0)
            return new(0, 0, 0);
        var norms = stack([.. all.Select(a => LoraDelta.SquaredNorm(a.Down, a.Up))]).sqrt().cpu().data<double>().ToArray();
        var scaled = 0;
        for (var i = 0; i < all.Length; i++)
        {
            norms[i] *= Math.Abs(all[i].Scale);
            // The floor of half the limit only keeps the quotient finite.
            var norm = Math.Max(norms[i], limit / 2);
            var ratio = Math.Min(norm, limit) / norm;
            norms[i] *= ratio;
            if (ratio == 1)
                continue;
            scaled++;
            all[i].Down.mul_(Math.Sqrt(ratio));
            all[i].Up.mul_(Math.Sqrt(ratio));
        }
        return new(scaled, norms.Average(), norms.Max());
    }
}
