using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>A run of a group's elements whose moments are kept in the same way: large parameters with 8 bits, or small ones with 32.</summary>
/// <param name="Group">The group.</param>
/// <param name="Layout">The parameters of the run; nothing of the others.</param>
/// <param name="Start">The first element.</param>
/// <param name="Is8Bit">Whether the moments have 8 bits.</param>
/// <param name="Moments">The moments, in the order in which the optimizer names them.</param>
internal sealed record MomentRun(OptimizerGroup Group, StateLayout Layout, long Start, bool Is8Bit, IReadOnlyList<IMoment> Moments)
{
    /// <summary>The parameters of the run, a view.</summary>
    public Tensor Values => Group.Values.narrow(0, Start, Layout.Total);

    /// <summary>The gradients of the run as float32.</summary>
    public Tensor Gradients => Group.Gradients.narrow(0, Start, Layout.Total).to(float32);

    /// <summary>Which elements of 8-bit moments have a gradient that is not finite; null where none has, as in nearly every step.</summary>
    /// <param name="gradients">The gradients of the run.</param>
    public Tensor? Broken(Tensor gradients) => Is8Bit && !double.IsFinite(gradients.sum().ToDouble()) ? gradients.isfinite().logical_not_() : null;

    /// <summary>A factor that depends on a parameter's own number of steps.</summary>
    public Factor ByStep(Func<long, double> of) => Group.ByStep(of, Layout);
}
