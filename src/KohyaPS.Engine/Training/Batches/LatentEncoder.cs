using KohyaPS.Engine.Imaging;
using KohyaPS.Engine.Models.Vae;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>Gives the latents of pictures: from the cache where they are in it, else decoded, resized, cropped and encoded.</summary>
/// <param name="vae">The encoder; null once everything is cached.</param>
/// <param name="cache">What was encoded before.</param>
internal sealed class LatentEncoder(Vae? vae, LatentCache cache)
{
    /// <summary>Mean and deviation of one picture; cached ones stay the cache's, others belong to the caller's dispose scope.</summary>
    public CachedLatents Encode(RegisteredImage image)
    {
        if (cache.Contains(image.Index))
            return cache.Get(image.Index);
        using var scope = NewDisposeScope();
        using var posterior = Posterior(image);
        return new(posterior.Mean.to(float32, CPU, copy: true).MoveToOuterDisposeScope(), posterior.Deviation.to(float32, CPU, copy: true).MoveToOuterDisposeScope());
    }

    /// <summary>Encodes all pictures into the cache.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="progress">Told how many are done.</param>
    /// <param name="stop">Ends the work early.</param>
    public void Fill(IReadOnlyList<RegisteredImage> images, Action<int> progress, CancellationToken stop)
    {
        for (var i = 0; i < images.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            progress(i);
            using var scope = NewDisposeScope();
            if (!cache.Contains(images[i].Index))
                cache.Add(images[i].Index, Posterior(images[i]), images[i].Image.Path);
        }
        progress(images.Count);
    }

    private VaePosterior Posterior(RegisteredImage image)
    {
        if (vae is null)
            throw new InvalidOperationException($"'{image.Image.Path}' is not cached and no VAE is loaded.");
        using var grad = no_grad();
        using var pixels = HostTransfer.Move(ImageLoader.Load(image), vae.Device);      // [1, 3, H, W]
        return vae.Encode(pixels);
    }
}
