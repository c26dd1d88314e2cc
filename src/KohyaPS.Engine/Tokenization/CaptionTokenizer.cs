namespace KohyaPS.Engine.Tokenization;

/// <summary>Counts the tokens of captions with the vocabulary that all Stable Diffusion models share.</summary>
public sealed class CaptionTokenizer : ICaptionTokenizer
{
    /// <inheritdoc/>
    public int Count(string caption) => ClipTokenizer.Default.Encode(caption).Length;
}
