using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>
/// Every random number of a training step. Each is a function of its arguments alone, so that a resumed training draws the same and a test can
/// replay recorded draws. Tensors are float32 on the CPU; the first dimension is the batch.
/// </summary>
internal interface IDraws
{
    /// <summary>The N(0, 1) that turns the mean and deviation of latents into a sample: one draw for each picture and epoch, so that caching changes nothing.</summary>
    /// <param name="epoch">Epoch, from 0.</param>
    /// <param name="images">Index of each picture of the batch in the dataset.</param>
    /// <param name="shape">[B, C, h, w]</param>
    Tensor LatentSample(long epoch, IReadOnlyList<long> images, long[] shape);

    /// <summary>The N(0, 1) noise that is added to the latents.</summary>
    /// <param name="step">Micro-step, counted from the start of the training.</param>
    /// <param name="shape">[B, C, h, w]</param>
    Tensor Noise(long step, long[] shape);

    /// <summary>The timestep of each sample, [B] int64.</summary>
    Tensor Timesteps(long step, int batchSize, TimestepRange range);

    /// <summary>Strength of the noise offset, uniform in [0, 1): one for the batch.</summary>
    double NoiseOffsetStrength(long step);

    /// <summary>The N(0, 1) of the noise offset, [B, C, 1, 1].</summary>
    Tensor NoiseOffset(long step, long[] shape);

    /// <summary>What decides how coarse a level of multi-resolution noise is, uniform in [0, 1).</summary>
    double MultiresRatio(long step, int level);

    /// <summary>The N(0, 1) of one level of multi-resolution noise, [B, C, h', w'].</summary>
    Tensor MultiresNoise(long step, int level, long[] shape);

    /// <summary>Strength of the input perturbation, uniform in [0, 1): one for the batch.</summary>
    double InputPerturbationStrength(long step);

    /// <summary>The N(0, 1) of the input perturbation, [B, C, h, w].</summary>
    Tensor InputPerturbation(long step, long[] shape);
}
