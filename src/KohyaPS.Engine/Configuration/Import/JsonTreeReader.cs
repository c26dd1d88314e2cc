using System.Text;
using System.Text.Json;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Reads JSON into nodes that know their lines; comments and trailing commas, which people leave in, are accepted.</summary>
internal static class JsonTreeReader
{
    /// <exception cref="ConfigFormatException">The text is no JSON; the message names the line.</exception>
    internal static ConfigNode Read(string text, string source)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 });
        try
        {
            reader.Read();
            return Node(ref reader, new LineCounter(bytes));
        }
        catch (JsonException error)
        {
            throw new ConfigFormatException($"'{source}', line {SettingText.Format((error.LineNumber ?? 0) + 1)}: this is not JSON: {error.Message.Split(" LineNumber:")[0]}", error);
        }
    }

    private static ConfigNode Node(ref Utf8JsonReader reader, LineCounter lines)
    {
        var line = lines.At(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<(string, int, ConfigNode)>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var keyLine = lines.At(reader.TokenStartIndex);
                    var key = reader.GetString()!;
                    reader.Read();
                    // The last of two equal names wins, as in the programs that write these files.
                    entries.RemoveAll(entry => entry.Item1 == key);
                    entries.Add((key, keyLine, Node(ref reader, lines)));
                }
                return new ConfigTable(line, entries);
            case JsonTokenType.StartArray:
                var items = new List<ConfigNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Node(ref reader, lines));
                return new ConfigList(line, items);
            case JsonTokenType.String:
                return new ConfigScalar(line, reader.GetString(), ConfigScalarKind.Text);
            case JsonTokenType.Number:
                var number = Encoding.UTF8.GetString(reader.ValueSpan);
                return new ConfigScalar(line, number, number.AsSpan().IndexOfAny(".eE") < 0 ? ConfigScalarKind.Integer : ConfigScalarKind.Float);
            case JsonTokenType.True or JsonTokenType.False:
                return new ConfigScalar(line, reader.TokenType == JsonTokenType.True ? "true" : "false", ConfigScalarKind.Boolean);
            default:
                return new ConfigScalar(line, null, ConfigScalarKind.Null);
        }
    }

    /// <summary>Lines of byte offsets that only grow.</summary>
    private sealed class LineCounter(byte[] bytes)
    {
        private long position;
        private int line = 1;

        internal int At(long offset)
        {
            for (; position < offset; position++)
            {
                if (bytes[position] == (byte)'\n')
                    line++;
            }
            return line;
        }
    }
}
