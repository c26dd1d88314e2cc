namespace KohyaPS;

/// <summary>Counts tokens for the linter. Core knows no vocabulary; whoever does implements this.</summary>
public interface ICaptionTokenizer
{
    /// <summary>The number of tokens of a caption, without begin and end marks.</summary>
    /// <param name="caption">The caption as the text encoder gets it.</param>
    int Count(string caption);
}
