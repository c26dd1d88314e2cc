using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>Input perturbation (Ning et al. 2023, arXiv 2301.11706): extra noise in the model's input that is not in its target.</summary>
/// <param name="gamma">Strength of the extra noise.</param>
/// <param name="hasRandomStrength">Draw the strength between 0 and <paramref name="gamma"/>, once a batch.</param>
internal sealed class InputPerturbation(double gamma, bool hasRandomStrength)
{
    /// <summary>The noise that the model's input is made with.</summary>
    public Tensor Apply(Tensor noise, IDraws draws, long step)
    {
        using var scope = NewDisposeScope();
        var strength = hasRandomStrength ? draws.InputPerturbationStrength(step) * gamma : gamma;
        var extra = draws.InputPerturbation(step, noise.shape).to(noise.device);
        return (noise + extra * strength).MoveToOuterDisposeScope();
    }
}
