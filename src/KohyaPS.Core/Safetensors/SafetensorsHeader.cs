using System.Text.Json;
using System.Text.Unicode;

namespace KohyaPS.Safetensors;

/// <summary>The JSON header of a safetensors file, read with distrust: what is returned has been checked against the size of the file.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Longest header that is read; the format's own limit.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    private const int MaxTensors = 1_000_000;
    private const int MaxRank = 64;

    private SafetensorsHeader(IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata) =>
        (Entries, Metadata) = (entries, metadata);

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The free text of the file; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <param name="json">Exactly the header bytes.</param>
    /// <param name="dataLength">Bytes of the file after the header.</param>
    /// <exception cref="FormatException">The header breaks a rule of the format; the message names it.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        if (json.Length < 2 || json[0] != '{')
            throw new FormatException("its header does not start with '{'");
        if (!Utf8.IsValid(json))
            throw new FormatException("its header is not valid UTF-8");
        try
        {
            return Read(json, dataLength);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("its header is not valid JSON", e);
        }
    }

    private static SafetensorsHeader Read(ReadOnlySpan<byte> json, long dataLength)
    {
        // "{"a":{"shape":[1]}}" is three levels deep; nothing legal is deeper.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8, CommentHandling = JsonCommentHandling.Disallow });
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
                throw new FormatException($"the name '{Shorten(name)}' stands in its header twice");
            if (names.Count > MaxTensors)
                throw new FormatException($"it has more than {MaxTensors} tensors");
            reader.Read();
            if (name == "__metadata__")
                ReadMetadata(ref reader, metadata);
            else
                entries.Add(ReadEntry(ref reader, name));
        }
        if (reader.Read())
            throw new FormatException("its header holds a second JSON value");
        CheckRanges(entries, dataLength);
        return new(entries, metadata);
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("its __metadata__ is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new FormatException($"the metadata value '{Shorten(key)}' is not text; the format allows text only");
            if (!metadata.TryAdd(key, reader.GetString()!))
                throw new FormatException($"the metadata key '{Shorten(key)}' stands in its header twice");
        }
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (name.Length == 0)
            throw new FormatException("a tensor has an empty name");
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException($"the entry '{Shorten(name)}' is not an object");
        SafetensorsDtype? dtype = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            reader.Read();
            if (field == "dtype" && dtype is null)
                dtype = ReadDtype(ref reader, name);
            else if (field == "shape" && shape is null)
                shape = ReadIntegers(ref reader, name, "shape", MaxRank);
            else if (field == "data_offsets" && offsets is null)
                offsets = ReadIntegers(ref reader, name, "data_offsets", 2);
            else
                throw new FormatException($"the entry '{Shorten(name)}' has a second or unknown field '{Shorten(field!)}'");
        }
        if (dtype is null || shape is null || offsets is not [var begin, var end])
            throw new FormatException($"the entry '{Shorten(name)}' lacks its dtype, shape or data_offsets");
        CheckSize(name, dtype.Value, shape, begin, end);
        return new(name, dtype.Value, shape, begin, end);
    }

    private static SafetensorsDtype ReadDtype(ref Utf8JsonReader reader, string name)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "?";
        return SafetensorsDtypes.TryParse(text, out var dtype)
            ? dtype
            : throw new FormatException($"the tensor '{Shorten(name)}' has the unknown dtype '{Shorten(text)}'");
    }

    private static List<long> ReadIntegers(ref Utf8JsonReader reader, string name, string field, int limit)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new FormatException($"the {field} of '{Shorten(name)}' is not a list");
        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // TryGetInt64 refuses fractions and exponents.
            if (reader.TokenType != JsonTokenType.Number || reader.ValueSpan[0] == '-' || !reader.TryGetInt64(out var value))
                throw new FormatException($"the {field} of '{Shorten(name)}' holds something that is no whole number from 0 to 2^63-1");
            if (values.Count == limit)
                throw new FormatException($"the {field} of '{Shorten(name)}' has more than {limit} values");
            values.Add(value);
        }
        return values;
    }

    private static void CheckSize(string name, SafetensorsDtype dtype, List<long> shape, long begin, long end)
    {
        var bits = (UInt128)dtype.ToBits();
        foreach (var d in shape)
        {
            bits *= (UInt128)d;
            // Refuse the overflow on the way, even where a later dimension is 0: the element count must be a number.
            if (bits > long.MaxValue)
                throw new FormatException($"the tensor '{Shorten(name)}' is larger than any file");
        }
        if (begin > end || bits % 8 != 0 || bits / 8 != (UInt128)(end - begin))
            throw new FormatException($"the size of '{Shorten(name)}' does not agree with its shape and dtype");
    }

    // The tensors must tile the data: no hole, no overlap, nothing left over.
    private static void CheckRanges(List<SafetensorsEntry> entries, long dataLength)
    {
        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        var at = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != at)
                throw new FormatException($"the data of '{Shorten(entry.Name)}' overlaps another tensor or leaves a hole before it");
            at = entry.End;
        }
        if (at > dataLength)
            throw new SafetensorsTruncatedException(at, dataLength);
        if (at < dataLength)
            throw new FormatException($"it has {dataLength - at} bytes after the last tensor that belong to none");
    }

    private static string Shorten(string name) => name.Length <= 120 ? name : string.Concat(name.AsSpan(0, 120), "...");
}
