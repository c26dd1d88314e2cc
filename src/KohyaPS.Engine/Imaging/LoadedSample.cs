namespace KohyaPS.Engine.Imaging;

/// <summary>A picture as one sample sees it; owns its pixels.</summary>
/// <param name="Pixels">At the size of the bucket; with alpha where the subset takes it as mask.</param>
/// <param name="IsFlipped">True where it is mirrored.</param>
/// <param name="Conditioning">What SDXL is told about it.</param>
internal sealed record LoadedSample(PixelBuffer Pixels, bool IsFlipped, SizeConditioning Conditioning) : IDisposable
{
    public void Dispose() => Pixels.Dispose();
}
