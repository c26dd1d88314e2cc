using System.Globalization;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Reads TOML into nodes that know their lines. Dates, which no setting is, become text.</summary>
internal static class TomlTreeReader
{
    private const int MaximumDepth = 16;

    /// <param name="text">The file's text.</param>
    /// <param name="source">What to call the file in messages.</param>
    /// <exception cref="ConfigFormatException">The text is no TOML; the message names the lines.</exception>
    internal static ConfigTable Read(string text, string source)
    {
        var errors = new ConfigErrors(source);
        var document = Parse(text, source);
        for (var i = 0; i < document.Diagnostics.Count; i++)
        {
            if (document.Diagnostics[i].Kind == DiagnosticMessageKind.Error)
                errors.Add(document.Diagnostics[i].Span.Start.Line + 1, document.Diagnostics[i].Message);
        }
        errors.ThrowIfAny();

        var root = new Builder(1);
        Fill(root, document.KeyValues, 0, errors);
        foreach (var table in document.Tables)
        {
            var path = Path(table.Name!, errors);
            var target = path[..^1].Aggregate(root, (parent, key) => parent.Table(key, Line(table)));
            Fill(table is TableArraySyntax ? target.Append(path[^1], Line(table)) : target.Table(path[^1], Line(table)), table.Items, 0, errors);
        }
        errors.ThrowIfAny();
        return root.Build();
    }

    private static void Fill(Builder target, IEnumerable<KeyValueSyntax> items, int depth, ConfigErrors errors)
    {
        foreach (var item in items)
        {
            var path = Path(item.Key!, errors);
            var table = path[..^1].Aggregate(target, (parent, key) => parent.Table(key, Line(item)));
            table.Add(path[^1], Line(item), Value(item.Value!, depth, errors));
        }
    }

    private static ConfigNode Value(ValueSyntax value, int depth, ConfigErrors errors)
    {
        if (depth > MaximumDepth)
        {
            errors.Add(Line(value), string.Create(CultureInfo.InvariantCulture, $"lists and tables are nested more than {MaximumDepth} deep."));
            return new ConfigScalar(Line(value), null, ConfigScalarKind.Null);
        }
        return value switch
        {
            StringValueSyntax text => new ConfigScalar(Line(value), text.Value, ConfigScalarKind.Text),
            IntegerValueSyntax integer => new ConfigScalar(Line(value), integer.Value.ToString(CultureInfo.InvariantCulture), ConfigScalarKind.Integer),
            FloatValueSyntax number => new ConfigScalar(Line(value), number.Value.ToString("R", CultureInfo.InvariantCulture), ConfigScalarKind.Float),
            BooleanValueSyntax flag => new ConfigScalar(Line(value), flag.Value ? "true" : "false", ConfigScalarKind.Boolean),
            ArraySyntax array => new ConfigList(Line(value), [.. array.Items.Select(item => Value(item.Value!, depth + 1, errors))]),
            InlineTableSyntax table => Inline(table, depth, errors),
            _ => new ConfigScalar(Line(value), value.ToString().Trim(), ConfigScalarKind.Text),
        };
    }

    private static ConfigTable Inline(InlineTableSyntax table, int depth, ConfigErrors errors)
    {
        var builder = new Builder(Line(table));
        Fill(builder, table.Items.Select(item => item.KeyValue!), depth + 1, errors);
        return builder.Build();
    }

    private static DocumentSyntax Parse(string text, string source)
    {
        try
        {
            return SyntaxParser.Parse(text, source, validate: true);
        }
        catch (TomlException error)
        {
            throw new ConfigFormatException($"'{source}', line {SettingText.Format((error.Line ?? 0) + 1)}: this is not TOML that a configuration needs: {error.Message}", error);
        }
    }

    /// <summary>The parts of a dotted name; deeper ones than any setting has are cut, and reported.</summary>
    private static List<string> Path(KeySyntax key, ConfigErrors errors)
    {
        var parts = key.DotKeys.Take(MaximumDepth + 1).Select(part => Name(part.Key!)).Prepend(Name(key.Key!)).ToList();
        if (parts.Count <= MaximumDepth)
            return parts;
        errors.Add(Line(key), string.Create(CultureInfo.InvariantCulture, $"a name has more than {MaximumDepth} parts."));
        return [.. parts.Take(MaximumDepth)];
    }

    private static string Name(BareKeyOrStringValueSyntax key) => key is StringValueSyntax text ? text.Value ?? "" : key.ToString().Trim();

    private static int Line(SyntaxNodeBase node) => node.Span.Start.Line + 1;

    /// <summary>A table in the making: TOML may add to it in several places.</summary>
    private sealed class Builder(int line)
    {
        private readonly List<(string Key, int Line, object Value)> entries = [];

        internal void Add(string key, int entryLine, ConfigNode value) => entries.Add((key, entryLine, value));

        internal Builder Table(string key, int entryLine)
        {
            var existing = entries.FirstOrDefault(entry => entry.Key == key).Value;
            if (existing is Builder table)
                return table;
            if (existing is List<Builder> list)
                return list[^1];
            var added = new Builder(entryLine);
            entries.Add((key, entryLine, added));
            return added;
        }

        internal Builder Append(string key, int entryLine)
        {
            if (entries.FirstOrDefault(entry => entry.Key == key).Value is not List<Builder> list)
                entries.Add((key, entryLine, list = []));
            list.Add(new Builder(entryLine));
            return list[^1];
        }

        internal ConfigTable Build() => new(line, [.. entries.Select(entry => (entry.Key, entry.Line, Node(entry.Value, entry.Line)))]);

        private static ConfigNode Node(object value, int line) => value switch
        {
            Builder table => table.Build(),
            List<Builder> list => new ConfigList(line, [.. list.Select(table => table.Build())]),
            _ => (ConfigNode)value,
        };
    }
}
