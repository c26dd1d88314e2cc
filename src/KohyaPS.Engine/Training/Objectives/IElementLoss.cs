using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>The loss of each single value of a prediction.</summary>
internal interface IElementLoss
{
    /// <param name="predicted">[B, C, h, w] float32.</param>
    /// <param name="target">[B, C, h, w] float32.</param>
    /// <param name="timesteps">[B] int64.</param>
    /// <returns>[B, C, h, w]</returns>
    Tensor Loss(Tensor predicted, Tensor target, Tensor timesteps);
}
