using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>A tensor that an optimizer keeps between steps.</summary>
/// <param name="Name">Its name, as the original program calls it.</param>
/// <param name="Value">The values.</param>
/// <param name="Layout">How it is divided among the parameters.</param>
internal sealed record OptimizerStateTensor(string Name, Tensor Value, StateLayout Layout)
{
    /// <summary>The part of one parameter, a view.</summary>
    public Tensor Of(int parameter) => Layout.Of(Value, parameter);
}
