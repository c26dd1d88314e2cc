namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// Rows of a prompt as programs that draw pictures lay them out: as many as its tokens need, padded with the end token whatever the model,
/// each row with a begin and an end of its own that count once.
/// </summary>
internal static class WholeChunks
{
    /// <summary>The most rows that are used; what goes beyond is cut off.</summary>
    public const int Most = 3;

    /// <summary>How many rows texts need that are encoded together: as many as the longest of them.</summary>
    public static int Count(ClipTokenizer tokenizer, IEnumerable<string> texts) =>
        texts.Select(text => (Tokens(tokenizer, text).Count + TokenChunks.TokensPerChunk - 1) / TokenChunks.TokensPerChunk).Append(1).Max();

    /// <summary>The rows of 77 ids and weights of a prompt.</summary>
    /// <param name="tokenizer">Splits it, and says by which id the model pads.</param>
    /// <param name="text">The prompt, with weights such as (word:1.3).</param>
    /// <param name="rows">1 to 3.</param>
    public static WeightedRow[] Rows(ClipTokenizer tokenizer, string text, int rows)
    {
        var tokens = Tokens(tokenizer, text);
        var specials = tokenizer.Specials;
        var sequence = new int[TokenChunks.TokensPerChunk * rows + 2];
        Array.Fill(sequence, specials.End);
        sequence[0] = specials.Begin;
        for (var i = 0; i < tokens.Count; i++)
            sequence[i + 1] = tokens[i].Id;
        return [.. Enumerable.Range(0, rows).Select(k => new WeightedRow(Row(sequence, k, rows, specials), Weights(tokens, k)))];
    }

    private static List<(int Id, float Weight)> Tokens(ClipTokenizer tokenizer, string text) =>
        [.. PromptWeights.Parse(text).SelectMany(piece => tokenizer.Encode(piece.Text).Select(id => (id, (float)piece.Weight))).Take(Most * TokenChunks.TokensPerChunk)];

    private static int[] Row(int[] sequence, int k, int rows, SpecialTokens specials)
    {
        var row = sequence.AsSpan(k * TokenChunks.TokensPerChunk, TokenChunks.RowLength).ToArray();
        row[0] = specials.Begin;
        if (rows == 1)
            return row;
        // A row whose last place holds a word ends with the end token; the id that a model pads with passes for an end, except at the first place.
        if (specials.Pad == specials.End || row[^1] != specials.Pad)
            row[^1] = specials.End;
        if (specials.Pad != specials.End && row[1] == specials.Pad)
            row[1] = specials.End;
        return row;
    }

    private static float[] Weights(List<(int Id, float Weight)> tokens, int k) =>
        [1, .. Enumerable.Range(k * TokenChunks.TokensPerChunk, TokenChunks.TokensPerChunk).Select(i => i < tokens.Count ? tokens[i].Weight : 1), 1];
}
