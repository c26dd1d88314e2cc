using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace KohyaPS.Engine.Configuration;

/// <summary>
/// Reads the small part of YAML that configurations need: tables, lists and plain values. Anchors, tags and several documents are refused, so that a
/// hostile file can neither grow in memory nor name a type.
/// </summary>
internal sealed class YamlTreeReader
{
    private const int MaximumDepth = 16;
    private const int MaximumNodes = 100_000;
    private readonly Parser parser;
    private int nodes;

    private YamlTreeReader(string text) => parser = new Parser(new StringReader(text));

    /// <summary>The table that the file is; an empty file is an empty table.</summary>
    /// <exception cref="ConfigFormatException">The text is no such YAML; the message names the line.</exception>
    internal static ConfigTable Read(string text)
    {
        var reader = new YamlTreeReader(text);
        try
        {
            return reader.Document();
        }
        catch (YamlException error)
        {
            var tab = Array.FindIndex(text.Split('\n'), line => line.TrimStart(' ').StartsWith('\t') && !string.IsNullOrWhiteSpace(line));
            throw tab >= 0
                ? At(tab + 1, "a tab indents this line, which YAML does not take. Put blanks in its place.")
                : At(error.Start.Line, $"this is not YAML: {error.InnerException?.Message ?? error.Message}");
        }
    }

    private ConfigTable Document()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
            return new(1, []);
        parser.Consume<DocumentStart>();
        var root = Node(0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            throw At(second.Start.Line, "a second document starts here; put each configuration into a file of its own.");
        return root switch
        {
            ConfigTable table => table,
            ConfigScalar { Text: null } => new(1, []),
            _ => throw At(root.Line, "a configuration is a list of 'name: value' lines, which this is not."),
        };
    }

    private ConfigNode Node(int depth)
    {
        if (depth > MaximumDepth)
            throw At(Line(parser.Current), $"tables and lists are nested more than {MaximumDepth} deep.");
        if (++nodes > MaximumNodes)
            throw At(Line(parser.Current), $"the file has more than {MaximumNodes} values.");
        if (parser.Accept<AnchorAlias>(out var alias))
            throw At(Line(alias), $"'*{alias.Value}' repeats another part of the file, which is not offered here; write the value out.");
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } anchored)
            throw At(Line(anchored), $"'&{anchored.Anchor}' is an anchor, which is not offered here; leave it out.");
        if (parser.Current is NodeEvent { Tag.IsEmpty: false } tagged && tagged.Tag.ToString() != "!")
            throw At(Line(tagged), $"'{tagged.Tag}' is a tag, which is not offered here; leave it out.");
        if (parser.TryConsume<Scalar>(out var scalar))
            return new ConfigScalar(Line(scalar), IsNull(scalar) ? null : scalar.Value, ConfigScalarKind.Untyped) { IsQuoted = scalar.IsQuotedImplicit };
        return parser.Accept<SequenceStart>(out _) ? List(depth) : Table(depth);
    }

    private ConfigList List(int depth)
    {
        var line = Line(parser.Consume<SequenceStart>());
        var items = new List<ConfigNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node(depth + 1));
        return new(line, items);
    }

    private ConfigTable Table(int depth)
    {
        var line = Line(parser.Consume<MappingStart>());
        var entries = new List<(string, int, ConfigNode)>();
        var lines = new Dictionary<string, int>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (Node(depth + 1) is not ConfigScalar { Text: { } key, Line: var keyLine })
                throw At(line, "a name is missing before a ':'.");
            if (!lines.TryAdd(key, keyLine))
                throw At(keyLine, $"'{key}' is set twice, first in line {lines[key].ToString(CultureInfo.InvariantCulture)}; keep one of them.");
            entries.Add((key, keyLine, Node(depth + 1)));
        }
        return new(line, entries);
    }

    private static bool IsNull(Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL" && scalar.IsPlainImplicit;

    private static int Line(ParsingEvent? parsingEvent) => (int)(parsingEvent?.Start.Line ?? 1);

    private static ConfigFormatException At(long line, string problem) => new($"line {line.ToString(CultureInfo.InvariantCulture)}: {problem}");
}
