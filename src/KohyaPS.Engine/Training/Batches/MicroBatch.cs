using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>What one forward and backward pass trains on. Owns its tensors.</summary>
internal sealed record MicroBatch : IDisposable
{
    /// <summary>[B, 4, h, w] float32 latents as the VAE gives them, not yet multiplied by its scaling factor.</summary>
    public required Tensor Latents { get; init; }

    /// <summary>[B, n, 77] int64 token ids; null where <see cref="TextStates"/> are cached.</summary>
    public Tensor? InputIds { get; init; }

    /// <summary>[B, L, C] cached text states; null where the text encoder runs.</summary>
    public Tensor? TextStates { get; init; }

    /// <summary>[B] float32 weight of each sample's loss: 1, or prior_loss_weight for a regularisation picture.</summary>
    public required Tensor LossWeights { get; init; }

    /// <summary>[B, 1, H, W] float32 in 0..1, the loss mask in pixels; null without masked loss.</summary>
    public Tensor? Masks { get; init; }

    /// <summary>Samples in the batch.</summary>
    public long Count => Latents.size(0);

    /// <summary>The same batch on a device; takes the place of this one.</summary>
    public MicroBatch MoveTo(Device device)
    {
        return this with
        {
            Latents = Moved(Latents)!,
            InputIds = Moved(InputIds),
            TextStates = Moved(TextStates),
            LossWeights = Moved(LossWeights)!,
            Masks = Moved(Masks),
        };

        Tensor? Moved(Tensor? tensor) => tensor is null ? null : HostTransfer.Move(tensor, device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Latents.Dispose();
        InputIds?.Dispose();
        TextStates?.Dispose();
        LossWeights.Dispose();
        Masks?.Dispose();
    }
}
