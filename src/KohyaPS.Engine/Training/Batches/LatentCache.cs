using KohyaPS.Engine.Models.Vae;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>
/// Mean and deviation of each picture's latents, encoded once and kept in memory. Latents are drawn from them anew each time, so that a
/// training with the cache sees the same numbers as one that encodes every time.
/// </summary>
internal sealed class LatentCache : IDisposable
{
    private readonly Dictionary<int, CachedLatents> latents = [];

    /// <summary>True when the picture is in the cache.</summary>
    public bool Contains(int imageIndex) => latents.ContainsKey(imageIndex);

    /// <summary>Takes over what the VAE says of one picture.</summary>
    /// <param name="imageIndex">The picture's index in the training.</param>
    /// <param name="posterior">Of a batch of one; freed here.</param>
    /// <param name="picture">The picture's file, for the message.</param>
    /// <exception cref="TrainingException">The latents hold values that are not numbers.</exception>
    public void Add(int imageIndex, VaePosterior posterior, string picture)
    {
        using (posterior)
        {
            using var scope = NewDisposeScope();
            var mean = posterior.Mean.to(float32, CPU, copy: true);
            var deviation = posterior.Deviation.to(float32, CPU, copy: true);
            if (!double.IsFinite((mean.sum() + deviation.sum()).item<float>()))
                throw new TrainingException(TrainingExitCode.Diverged,
                    $"The VAE gives values that are not numbers for '{picture}'. A half-precision VAE overflows on some pictures: set -NoHalfVae, or name another one with -Vae.");
            latents[imageIndex] = new(mean.DetachFromDisposeScope(), deviation.DetachFromDisposeScope());
        }
    }

    /// <summary>The latents of a picture; they stay the cache's.</summary>
    public CachedLatents Get(int imageIndex) => latents[imageIndex];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (mean, deviation) in latents.Values)
        {
            mean.Dispose();
            deviation.Dispose();
        }
        latents.Clear();
    }
}

/// <summary>The distribution of one picture's latents.</summary>
/// <param name="Mean">[1, 4, h, w] float32.</param>
/// <param name="Deviation">[1, 4, h, w] float32.</param>
internal sealed record CachedLatents(Tensor Mean, Tensor Deviation);
