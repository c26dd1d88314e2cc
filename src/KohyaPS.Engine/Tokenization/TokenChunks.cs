namespace KohyaPS.Engine.Tokenization;

/// <summary>Lays the tokens of a caption out in rows of 77, as sd-scripts does for 75, 150 and 225 tokens.</summary>
internal static class TokenChunks
{
    /// <summary>Tokens of a caption in one row, between its begin and its end.</summary>
    public const int TokensPerChunk = 75;

    /// <summary>Length of a row: what the text encoders of CLIP take.</summary>
    public const int RowLength = TokensPerChunk + 2;

    /// <summary>How many rows a length takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is no positive multiple of 75.</exception>
    public static int Count(int maxTokenLength)
    {
        if (maxTokenLength < TokensPerChunk || maxTokenLength % TokensPerChunk != 0)
            throw new ArgumentOutOfRangeException(nameof(maxTokenLength), maxTokenLength, "MaxTokenLength counts whole rows of 75 tokens. Set it to 75, 150 or 225.");
        return maxTokenLength / TokensPerChunk;
    }

    /// <summary>Frames, cuts and pads one caption.</summary>
    /// <param name="ids">The tokens, without begin and end; what exceeds <paramref name="maxTokenLength"/> is cut off.</param>
    /// <param name="specials">The ids of begin, end and padding.</param>
    /// <param name="maxTokenLength">75, 150 or 225.</param>
    /// <returns>1, 2 or 3 rows of 77 ids.</returns>
    public static int[][] Layout(IReadOnlyList<int> ids, SpecialTokens specials, int maxTokenLength)
    {
        var count = Count(maxTokenLength);
        var sequence = Frame(ids, specials, maxTokenLength);
        var rows = new int[count][];
        for (var k = 0; k < count; k++)
        {
            int[] row = [specials.Begin, .. sequence.AsSpan(1 + k * TokensPerChunk, TokensPerChunk), sequence[^1]];
            if (count > 1 && specials.Pad != specials.End)
                EndRow(row, specials);
            rows[k] = row;
        }
        return rows;
    }

    /// <summary>The weights of one row: those of its tokens; begin, end and padding weigh 1.</summary>
    /// <param name="weights">The weights of all tokens, without begin and end.</param>
    /// <param name="row">The row, from 0.</param>
    /// <param name="maxTokenLength">75, 150 or 225; what exceeds it is cut off.</param>
    public static float[] Weights(IReadOnlyList<float> weights, int row, int maxTokenLength)
    {
        var weightsOfRow = new float[RowLength];
        Array.Fill(weightsOfRow, 1f);
        var first = row * TokensPerChunk;
        for (var i = 0; i < TokensPerChunk && first + i < Math.Min(weights.Count, maxTokenLength); i++)
            weightsOfRow[i + 1] = weights[first + i];
        return weightsOfRow;
    }

    /// <summary>Begin, tokens, end, padding: one sequence of <paramref name="maxTokenLength"/> + 2.</summary>
    private static int[] Frame(IReadOnlyList<int> ids, SpecialTokens specials, int maxTokenLength)
    {
        var sequence = new int[maxTokenLength + 2];
        Array.Fill(sequence, specials.Pad);
        var kept = Math.Min(ids.Count, maxTokenLength);
        sequence[0] = specials.Begin;
        for (var i = 0; i < kept; i++)
            sequence[i + 1] = ids[i];
        sequence[kept + 1] = specials.End;
        return sequence;
    }

    /// <summary>Where the padding is no end, a full row ends with one, and an empty row holds one.</summary>
    private static void EndRow(int[] row, SpecialTokens specials)
    {
        if (row[^2] != specials.End && row[^2] != specials.Pad)
            row[^1] = specials.End;
        if (row[1] == specials.Pad)
            row[1] = specials.End;
    }
}
