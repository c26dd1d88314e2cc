using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>A factor on the loss of each sample that depends on its timestep alone.</summary>
internal interface ILossWeighting
{
    /// <summary>The setting that asks for it, as sd-scripts names it.</summary>
    string Name { get; }

    /// <param name="snr">[B] signal-to-noise ratio of each sample's timestep in the original schedule.</param>
    /// <returns>[B]</returns>
    Tensor Weights(Tensor snr);
}
