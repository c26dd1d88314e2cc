using KohyaPS.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>Clipping by the norm of all gradients together: factor min(1, limit / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_.</summary>
internal static class GradientClipping
{
    /// <summary>The norm of all gradients together.</summary>
    public static double Norm(IReadOnlyList<ParameterGroup> groups)
    {
        using var scope = NewDisposeScope();
        var squares = stack(groups.Select(g => Wide(g.Gradients).norm().square()));
        return squares.sum().sqrt().ToDouble();
    }

    /// <summary>Scales all gradients down where their norm exceeds the limit.</summary>
    /// <param name="groups">The groups whose gradients count together.</param>
    /// <param name="limit">Largest norm; 0 never clips.</param>
    /// <returns>The norm before.</returns>
    public static double Clip(IReadOnlyList<ParameterGroup> groups, double limit)
    {
        var norm = Norm(groups);
        if (limit == 0)
            return norm;
        using var guard = no_grad();
        var factor = limit / (norm + 1e-6);
        if (!(factor >= 1))
            foreach (var group in groups)
                group.Gradients.mul_(factor);
        return norm;
    }

    private static Tensor Wide(Tensor gradients) => gradients.dtype == ScalarType.Float64 ? gradients : gradients.to(ScalarType.Float32);
}
