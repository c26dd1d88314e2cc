namespace KohyaPS.Engine.Tokenization;

/// <summary>Counts the tokens of captions with the vocabulary that all Stable Diffusion models share.</summary>
/// <param name="readsWeights">Whether captions hold weights such as (word:1.3), which are no tokens.</param>
public sealed class CaptionTokenizer(bool readsWeights = false) : ICaptionTokenizer
{
    /// <inheritdoc/>
    public int Count(string caption) => readsWeights ? PromptWeights.Parse(caption).Sum(piece => Tokens(piece.Text)) : Tokens(caption);

    private static int Tokens(string text) => ClipTokenizer.Default.Encode(text).Length;
}
