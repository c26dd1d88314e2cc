using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>Classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598).</summary>
internal static class Guidance
{
    /// <summary>Whether a scale asks for the unconditional prediction at all.</summary>
    public static bool IsActive(double scale) => scale > 1;

    /// <summary>unconditional + scale (conditional - unconditional), on the model's raw outputs, whatever they predict.</summary>
    /// <param name="both">[2 B, C, h, w] outputs of one call, the unconditional ones first.</param>
    /// <param name="scale">Strength of the guidance.</param>
    /// <returns>[B, C, h, w]</returns>
    public static Tensor Combine(Tensor both, double scale)
    {
        using var scope = NewDisposeScope();
        var halves = both.chunk(2, 0);
        return (halves[0] + scale * (halves[1] - halves[0])).MoveToOuterDisposeScope();
    }

    /// <summary>A model for a sampler: one call for both halves where guidance is active, else the conditional one alone.</summary>
    /// <param name="model">The model's output for [n, C, h, w] latents and [n] int64 or float timesteps; n is 2 B (unconditional first) with guidance, else B.</param>
    /// <param name="scale">Strength of the guidance; 1 and less is none.</param>
    public static Func<Tensor, double, Tensor> Model(Func<Tensor, Tensor, Tensor> model, double scale) => (latents, timestep) =>
    {
        using var scope = NewDisposeScope();
        var input = IsActive(scale) ? cat([latents, latents]) : latents;
        var output = model(input, full(input.size(0), timestep, ScalarType.Float32, latents.device));
        return (IsActive(scale) ? Combine(output, scale) : output).MoveToOuterDisposeScope();
    };
}
