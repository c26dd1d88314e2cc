namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// The tokenizer of CLIP as today's trainers use it: added tokens are cut out, the text between is cleaned (<see cref="TextCleanup"/>), split
/// (<see cref="WordSplitter"/>) and encoded (<see cref="BytePairEncoder"/>). Immutable: one instance serves all threads.
/// </summary>
internal sealed class ClipTokenizer
{
    /// <summary>The literal of the token that begins a sequence.</summary>
    public const string BeginText = "<|startoftext|>";

    /// <summary>The literal of the token that ends a sequence.</summary>
    public const string EndText = "<|endoftext|>";

    private const int BeginId = 49406;
    private const int EndId = 49407;
    private static readonly AddedToken[] clipTokens = [new(BeginText, BeginId), new(EndText, EndId)];
    private static readonly Lazy<ClipTokenizer> stableDiffusion1 = new(() => new(ClipVocabulary.Clip, new(BeginId, EndId, EndId), clipTokens));
    private static readonly Lazy<ClipTokenizer> stableDiffusion2 = new(() => new(ClipVocabulary.Clip, new(BeginId, EndId, 0), [.. clipTokens, new("!", 0)]));
    private static readonly Lazy<ClipTokenizer> sdxlSecond = new(() => new(ClipVocabulary.Clip, new(BeginId, EndId, 0), clipTokens));

    private readonly BytePairEncoder encoder;
    private readonly AddedTokenSplitter splitter;
    private readonly string[] literals;
    private readonly Dictionary<string, int> idOfLiteral;
    private readonly int[]? idOfSymbol;

    /// <param name="vocabulary">The merges.</param>
    /// <param name="specials">What frames and fills a row.</param>
    /// <param name="addedTokens">Literals that are cut out of the raw text.</param>
    /// <param name="idOfSymbol">The token id of each symbol of the vocabulary; null where a symbol is its id, as in CLIP.</param>
    public ClipTokenizer(ClipVocabulary vocabulary, SpecialTokens specials, IReadOnlyCollection<AddedToken> addedTokens, int[]? idOfSymbol = null)
    {
        encoder = new(vocabulary);
        splitter = new(addedTokens);
        Specials = specials;
        LargestId = addedTokens.Select(t => t.Id).Concat([specials.Begin, specials.End, specials.Pad, idOfSymbol?.Max() ?? vocabulary.Tokens.Count - 1]).Max();
        this.idOfSymbol = idOfSymbol;
        // The regular expression of CLIP knows its two own literals, in any case; other added tokens are only cut out of the raw text.
        literals = [BeginText, EndText];
        idOfLiteral = new(StringComparer.Ordinal) { [BeginText] = specials.Begin, [EndText] = specials.End };
    }

    /// <summary>The tokenizer of SD1 and of the first text encoder of SDXL: rows are padded with the end token.</summary>
    public static ClipTokenizer Default => stableDiffusion1.Value;

    /// <summary>The tokenizer of SD2 as trainers use it: rows are padded with id 0, and each "!" of a caption is that id too.</summary>
    public static ClipTokenizer StableDiffusion2 => stableDiffusion2.Value;

    /// <summary>The tokenizer of the second text encoder of SDXL: rows are padded with id 0, "!" is an ordinary word.</summary>
    public static ClipTokenizer SdxlSecond => sdxlSecond.Value;

    /// <summary>The built-in tokenizers of a generation's text encoders, in their order.</summary>
    public static IReadOnlyList<ClipTokenizer> BuiltIn(ModelFamily family) => family switch
    {
        ModelFamily.Sd2 => [StableDiffusion2],
        ModelFamily.Sdxl => [Default, SdxlSecond],
        _ => [Default],
    };

    /// <summary>The ids that frame and fill a row.</summary>
    public SpecialTokens Specials { get; }

    /// <summary>The largest id that <see cref="Encode"/> can give: a text encoder needs one row more.</summary>
    public int LargestId { get; }

    /// <summary>The token ids of a text, without begin and end, of any length.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        foreach (var (piece, token) in splitter.Split(text))
        {
            if (token is not null)
                ids.Add(token.Id);
            else
                EncodePiece(piece, ids);
        }
        return [.. ids];
    }

    /// <summary>The rows of 77 ids that a text encoder takes.</summary>
    /// <param name="caption">The text; what exceeds the length is cut off.</param>
    /// <param name="maxTokenLength">75, 150 or 225: one, two or three rows.</param>
    public int[][] EncodeChunks(string caption, int maxTokenLength = TokenChunks.TokensPerChunk) =>
        TokenChunks.Layout(Encode(caption), Specials, maxTokenLength);

    /// <summary>The rows of a caption whose weights are read (weighted_captions): each piece is encoded for itself.</summary>
    /// <inheritdoc cref="EncodeChunks"/>
    public WeightedRow[] EncodeWeightedChunks(string caption, int maxTokenLength = TokenChunks.TokensPerChunk)
    {
        var tokens = PromptWeights.Parse(caption).SelectMany(piece => Encode(piece.Text).Select(id => (Id: id, Weight: (float)piece.Weight))).ToList();
        var ids = TokenChunks.Layout([.. tokens.Select(t => t.Id)], Specials, maxTokenLength);
        return [.. ids.Select((row, k) => new WeightedRow(row, TokenChunks.Weights([.. tokens.Select(t => t.Weight)], k, maxTokenLength)))];
    }

    private void EncodePiece(string piece, List<int> ids)
    {
        var symbols = new List<int>();
        foreach (var word in WordSplitter.Split(TextCleanup.Clean(piece), literals))
        {
            if (idOfLiteral.TryGetValue(word, out var literalId))
            {
                ids.Add(literalId);
                continue;
            }
            symbols.Clear();
            encoder.Encode(word, symbols);
            ids.AddRange(idOfSymbol is null ? symbols : symbols.Select(s => idOfSymbol[s]));
        }
    }
}
