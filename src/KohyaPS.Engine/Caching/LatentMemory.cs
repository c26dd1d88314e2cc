using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>Latents kept in memory for one training.</summary>
internal sealed class LatentMemory : ILatentStore
{
    // Masks come from 8 bits and are kept in as many.
    private const float Levels = 255;
    private readonly Dictionary<int, PictureLatents> latents = [];

    /// <inheritdoc/>
    public bool Contains(RegisteredImage image) => latents.ContainsKey(image.Index);

    /// <inheritdoc/>
    public string? FileOf(RegisteredImage image) => null;

    /// <inheritdoc/>
    public PictureLatents Read(RegisteredImage image) => latents[image.Index] is { Mask: { } mask } masked ? masked with { Mask = mask.to(float32).div_(Levels) } : latents[image.Index];

    /// <inheritdoc/>
    public void Write(RegisteredImage image, PictureLatents latents) => this.latents[image.Index] = new(
        Kept(latents.Plain), latents.Flipped is { } flipped ? Kept(flipped) : null, latents.Mask is { } mask ? Levelled(mask) : null);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in latents.Values.SelectMany(l => l.Tensors))
            tensor.Dispose();
        latents.Clear();
    }

    private static LatentDistribution Kept(LatentDistribution distribution) => new(Kept(distribution.Mean), Kept(distribution.Deviation));

    private static Tensor Levelled(Tensor mask)
    {
        using var scope = NewDisposeScope();
        return (mask * Levels).round().to(ScalarType.Byte).DetachFromDisposeScope();
    }

    private static Tensor Kept(Tensor tensor) => tensor.clone().DetachFromDisposeScope();
}
