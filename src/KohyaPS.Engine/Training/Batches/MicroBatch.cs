using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>What one forward and backward pass trains on. Owns its tensors.</summary>
internal sealed record MicroBatch : IDisposable
{
    /// <summary>[B, 4, h, w] float32 latents as the VAE gives them, not yet multiplied by its scaling factor.</summary>
    public required Tensor Latents { get; init; }

    /// <summary>For each text encoder [B, n, 77] int64 token ids; null where <see cref="Text"/> is known.</summary>
    public IReadOnlyList<Tensor>? InputIds { get; init; }

    /// <summary>For each text encoder [B, n, 77] float32 weight of each token; null where captions have no weights, or <see cref="Text"/> is known.</summary>
    public IReadOnlyList<Tensor>? TokenWeights { get; init; }

    /// <summary>What the captions say, where the text encoder is not trained; null where it runs.</summary>
    public TextConditions? Text { get; init; }

    /// <summary>[B, 6] float32 original height and width, crop top and left, target height and width in pixels; null for models that do not take them.</summary>
    public Tensor? Sizes { get; init; }

    /// <summary>[B] float32 weight of each sample's loss: 1, or prior_loss_weight for a regularisation picture.</summary>
    public required Tensor LossWeights { get; init; }

    /// <summary>[B, h, w] float32 in 0..1, how much each latent place counts; null where all count.</summary>
    public Tensor? Masks { get; init; }

    /// <summary>[n] int64 places of the samples whose target is what the model predicts without the network; null without such.</summary>
    public Tensor? Preserved { get; init; }

    /// <summary>Samples in the batch.</summary>
    public long Count => Latents.size(0);

    /// <summary>The same batch on a device; takes the place of this one.</summary>
    public MicroBatch MoveTo(Device device)
    {
        return this with
        {
            Latents = Moved(Latents)!,
            InputIds = InputIds is null ? null : [.. InputIds.Select(ids => Moved(ids)!)],
            TokenWeights = TokenWeights is null ? null : [.. TokenWeights.Select(weights => Moved(weights)!)],
            Text = Text is null ? null : new(Moved(Text.States)!, Moved(Text.Pooled)),
            Sizes = Moved(Sizes),
            LossWeights = Moved(LossWeights)!,
            Masks = Moved(Masks),
            Preserved = Moved(Preserved),
        };

        Tensor? Moved(Tensor? tensor) => tensor is null ? null : HostTransfer.Move(tensor, device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Latents.Dispose();
        foreach (var tokens in (InputIds ?? []).Concat(TokenWeights ?? []))
            tokens.Dispose();
        Text?.Dispose();
        Sizes?.Dispose();
        LossWeights.Dispose();
        Masks?.Dispose();
        Preserved?.Dispose();
    }
}
