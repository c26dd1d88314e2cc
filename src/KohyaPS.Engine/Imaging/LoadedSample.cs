namespace KohyaPS.Engine.Imaging;

/// <summary>A picture as one sample sees it; owns its pixels.</summary>
/// <param name="Pixels">At the size of the bucket; with alpha where the subset takes it as mask.</param>
/// <param name="MaskPixels">The mask picture, cut and mirrored as the picture; null where the subset has none.</param>
/// <param name="IsFlipped">True where it is mirrored.</param>
/// <param name="Conditioning">What SDXL is told about it.</param>
internal sealed record LoadedSample(PixelBuffer Pixels, PixelBuffer? MaskPixels, bool IsFlipped, SizeConditioning Conditioning) : IDisposable
{
    /// <summary>True where places of the picture count differently.</summary>
    public bool HasMask => MaskPixels is not null || Pixels.Channels == 4;

    public void Dispose()
    {
        Pixels.Dispose();
        MaskPixels?.Dispose();
    }
}
