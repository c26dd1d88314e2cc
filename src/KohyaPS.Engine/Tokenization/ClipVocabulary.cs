using System.Globalization;
using System.IO.Compression;
using System.Reflection;

namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// The symbols of a byte-level BPE and the pairs that merge. Symbols are numbered as CLIP numbers its tokens: 256 byte characters, the same 256
/// at the end of a word, then one symbol a merge. So for the vocabulary of CLIP a symbol is its token id.
/// </summary>
internal sealed class ClipVocabulary
{
    private const string EndOfWord = "</w>";
    private const int ByteCount = 256;
    private static readonly Lazy<ClipVocabulary> clip = new(ReadEmbedded);

    private readonly List<string> tokens = [];
    private readonly Dictionary<string, int> symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Left, int Right), Merge> merges = [];
    private readonly int[] symbolOfByte = new int[ByteCount];

    private ClipVocabulary(TextReader mergeLines, string source)
    {
        foreach (var (character, value) in ByteCharacters())
            symbolOfByte[value] = AddSymbol(character.ToString());
        for (var i = 0; i < ByteCount; i++)
            AddSymbol(tokens[i] + EndOfWord);
        ReadMerges(mergeLines, source);
    }

    /// <summary>The vocabulary of OpenAI's CLIP, which all text encoders of SD1, SD2 and SDXL share; comes with the product.</summary>
    public static ClipVocabulary Clip => clip.Value;

    /// <summary>The text of each symbol; a symbol that ends a word carries <c>&lt;/w&gt;</c>.</summary>
    public IReadOnlyList<string> Tokens => tokens;

    /// <summary>The pairs that merge, best first.</summary>
    public IEnumerable<(string Left, string Right)> Merges => merges.OrderBy(m => m.Value.Rank).Select(m => (tokens[m.Key.Left], tokens[m.Key.Right]));

    /// <summary>Reads a <c>merges.txt</c>: a version line, then one pair a line, best first.</summary>
    /// <param name="mergeLines">The file's text.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <exception cref="CheckpointFormatException">A line is not a pair of known symbols.</exception>
    public static ClipVocabulary ReadMerges(string source, TextReader mergeLines) => new(mergeLines, source);

    /// <summary>The symbol of one byte inside a word.</summary>
    public int SymbolOfByte(byte value) => symbolOfByte[value];

    /// <summary>The symbol of one byte that ends a word.</summary>
    public int SymbolOfLastByte(byte value) => symbolOfByte[value] + ByteCount;

    /// <summary>What two neighbours become, or null where they do not merge.</summary>
    public Merge? FindMerge(int left, int right) => merges.TryGetValue((left, right), out var merge) ? merge : null;

    /// <summary>GPT-2's printable stand-ins of the 256 bytes, in the order of their ids: printable Latin-1 stands for itself, the other 68 for U+0100 and up.</summary>
    private static IEnumerable<(char Character, byte Value)> ByteCharacters()
    {
        static bool IsPrintable(int b) => b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
        var all = Enumerable.Range(0, ByteCount).ToList();
        foreach (var b in all.Where(IsPrintable))
            yield return ((char)b, (byte)b);
        var next = ByteCount;
        foreach (var b in all.Where(b => !IsPrintable(b)))
            yield return ((char)next++, (byte)b);
    }

    private int AddSymbol(string token)
    {
        if (symbols.TryGetValue(token, out var known))
            return known;
        symbols.Add(token, tokens.Count);
        tokens.Add(token);
        return tokens.Count - 1;
    }

    private void ReadMerges(TextReader lines, string source)
    {
        var number = 0;
        while (lines.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            var gap = line.IndexOf(' ', StringComparison.Ordinal);
            if (gap < 0 || !symbols.TryGetValue(line[..gap], out var left) || !symbols.TryGetValue(line[(gap + 1)..], out var right))
                throw new CheckpointFormatException(string.Create(CultureInfo.InvariantCulture,
                    $"Line {number} of '{source}' is no merge of two known symbols. Take the merges.txt that belongs to this tokenizer, or leave TokenizerPath out to use the vocabulary of CLIP."));
            merges.TryAdd((left, right), new Merge(merges.Count, AddSymbol(line.Remove(gap, 1))));
        }
    }

    private static ClipVocabulary ReadEmbedded()
    {
        const string name = "clip-merges.txt.gz";
        using var packed = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var text = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        return new(text, name);
    }

    /// <summary>One line of the merge table.</summary>
    /// <param name="Rank">Its place: lower ranks merge first.</param>
    /// <param name="Symbol">What the pair becomes.</param>
    internal readonly record struct Merge(int Rank, int Symbol);
}
