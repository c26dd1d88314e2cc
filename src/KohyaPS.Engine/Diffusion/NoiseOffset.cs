using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>
/// Offset noise (Guttenberg 2023, "Diffusion with Offset Noise"): one random shift a channel, so that the model learns pictures that are dark or bright as a whole.
/// </summary>
/// <param name="offset">Strength of the shift.</param>
/// <param name="hasRandomStrength">Draw the strength between 0 and <paramref name="offset"/>, once a batch.</param>
/// <param name="adaptiveScale">Adds this factor times the size of the latents' channel mean to the strength, which never falls below 0; null adds nothing.</param>
internal sealed class NoiseOffset(double offset, bool hasRandomStrength, double? adaptiveScale) : INoiseTerm
{
    /// <inheritdoc/>
    public Tensor Apply(Tensor noise, Tensor latents, IDraws draws, long step)
    {
        using var scope = NewDisposeScope();
        var strength = hasRandomStrength ? draws.NoiseOffsetStrength(step) * offset : offset;
        var shift = draws.NoiseOffset(step, [noise.size(0), noise.size(1), 1, 1]).to(noise.device); // [B, C, 1, 1]
        var scaled = adaptiveScale is { } scale
            ? shift * (strength + scale * latents.mean([2, 3], keepdim: true).abs()).clamp_min(0)
            : shift * strength;
        return (noise + scaled).MoveToOuterDisposeScope();
    }
}
