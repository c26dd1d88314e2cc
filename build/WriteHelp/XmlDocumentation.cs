using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace KohyaPS.Build.WriteHelp;

/// <summary>The compiler's XML documentation files, read as plain text.</summary>
internal sealed partial class XmlDocumentation
{
    private const int MaxInheritance = 8;

    private readonly Dictionary<string, XElement> members = [];
    private readonly IReadOnlyDictionary<string, string> cmdletNames;

    public XmlDocumentation(IEnumerable<string> files, IReadOnlyDictionary<string, string> cmdletNames)
    {
        this.cmdletNames = cmdletNames;
        foreach (var member in files.SelectMany(file => XDocument.Load(file, LoadOptions.PreserveWhitespace).Descendants("member")))
            members[(string)member.Attribute("name")!] = member;
    }

    /// <summary>The documentation of a type, null where it has none.</summary>
    public XElement? Of(Type type) => Find($"T:{type.FullName}");

    /// <summary>The documentation of a property; inheritdoc with a cref is followed.</summary>
    public XElement? Of(PropertyInfo property) => Find($"P:{property.DeclaringType!.FullName}.{property.Name}");

    /// <summary>The paragraphs of an element: its para elements, or its text as one paragraph.</summary>
    public IReadOnlyList<string> Paragraphs(XElement? element)
    {
        if (element is null)
            return [];
        var paragraphs = new List<string>();
        var open = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XElement { Name.LocalName: "para" } para:
                    Close();
                    open.Append(Inline(para));
                    Close();
                    break;
                case XElement { Name.LocalName: "list" } list:
                    Close();
                    paragraphs.AddRange(list.Elements("item").Select(item => "- " + Inline(item)));
                    break;
                default:
                    open.Append(InlineNode(node));
                    break;
            }
        }
        Close();
        return paragraphs;

        void Close()
        {
            var text = OneLine(open.ToString());
            if (text.Length > 0)
                paragraphs.Add(text);
            open.Clear();
        }
    }

    /// <summary>The lines of a code element, without the common indentation.</summary>
    public static string Code(XElement code)
    {
        var lines = code.Value.Replace("\r", "", StringComparison.Ordinal).Split('\n').Select(line => line.TrimEnd()).ToList();
        while (lines.Count > 0 && lines[0].Length == 0)
            lines.RemoveAt(0);
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        var indent = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(line => line.Length >= indent ? line[indent..] : line));
    }

    private XElement? Find(string id)
    {
        for (var i = 0; i < MaxInheritance; i++)
        {
            if (!members.TryGetValue(id, out var member))
                return null;
            if ((string?)member.Element("inheritdoc")?.Attribute("cref") is not { } source)
                return member;
            id = source;
        }
        return null;
    }

    private string Inline(XElement element) => OneLine(string.Concat(element.Nodes().Select(InlineNode)));

    private string InlineNode(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" } see when see.Value.Length > 0 => see.Value,
        XElement { Name.LocalName: "see" or "seealso" } see => Reference((string?)see.Attribute("cref") ?? (string?)see.Attribute("langword") ?? ""),
        XElement { Name.LocalName: "paramref" or "typeparamref" } named => (string?)named.Attribute("name") ?? "",
        XElement other => string.Concat(other.Nodes().Select(InlineNode)),
        _ => "",
    };

    // T:KohyaPS.Commands.GetThingCommand reads Get-Thing, a parameter of it -Name, anything else its last name.
    private string Reference(string cref)
    {
        var id = cref.Length > 2 && cref[1] == ':' ? cref[2..] : cref;
        if (cmdletNames.TryGetValue(id, out var cmdlet))
            return cmdlet;
        var dot = id.LastIndexOf('.');
        var last = id[(dot + 1)..];
        return cref.StartsWith("P:", StringComparison.Ordinal) && cmdletNames.ContainsKey(id[..dot]) ? "-" + last : last;
    }

    private static string OneLine(string text) => Blanks().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
