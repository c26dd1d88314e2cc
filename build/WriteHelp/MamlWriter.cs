using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace KohyaPS.Build.WriteHelp;

/// <summary>Writes the help file of a binary module (MAML, the form that Get-Help reads).</summary>
internal sealed class MamlWriter : IDisposable
{
    private const string Maml = "http://schemas.microsoft.com/maml/2004/10";
    private const string Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private const string Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private readonly XmlDocumentation documentation;
    private readonly XmlWriter xml;

    public MamlWriter(string path, XmlDocumentation documentation)
    {
        this.documentation = documentation;
        xml = XmlWriter.Create(path, new XmlWriterSettings { Indent = true, NewLineChars = "\n" });
        xml.WriteStartElement("helpItems", "http://msh");
        xml.WriteAttributeString("schema", "maml");
    }

    /// <summary>Adds one cmdlet.</summary>
    public void Write(CmdletDescription cmdlet)
    {
        var member = documentation.Of(cmdlet.Type);
        var summary = documentation.Paragraphs(member?.Element("summary"));
        var remarks = documentation.Paragraphs(member?.Element("remarks"));
        var parts = cmdlet.Name.Split('-');

        Start("command", "command");
        xml.WriteAttributeString("xmlns", "maml", null, Maml);
        xml.WriteAttributeString("xmlns", "dev", null, Dev);
        Start("command", "details");
        Text("command", "name", cmdlet.Name);
        Paragraphs("description", summary);
        Text("command", "verb", parts[0]);
        Text("command", "noun", parts[1]);
        xml.WriteEndElement();
        Paragraphs("description", remarks.Count > 0 ? remarks : summary);
        WriteSyntax(cmdlet);
        Start("command", "parameters");
        foreach (var parameter in cmdlet.Parameters)
            WriteParameter(parameter, parameter.Uses[0], full: true);
        if (cmdlet.SupportsShouldProcess)
            WriteCommonSwitches(full: true);
        xml.WriteEndElement();
        WriteTypes("inputTypes", "inputType", cmdlet.Parameters.Where(p => p.Uses.Any(u => u.ByValue || u.ByPropertyName)).Select(p => p.TypeName).Distinct());
        WriteTypes("returnValues", "returnValue", cmdlet.OutputTypes);
        WriteExamples(member);
        WriteLinks(member);
        xml.WriteEndElement();
    }

    public void Dispose()
    {
        xml.WriteEndElement();
        xml.Dispose();
    }

    private void WriteSyntax(CmdletDescription cmdlet)
    {
        Start("command", "syntax");
        foreach (var set in cmdlet.ParameterSets)
        {
            Start("command", "syntaxItem");
            Text("maml", "name", cmdlet.Name);
            var uses = cmdlet.Parameters.Select(parameter => (Parameter: parameter, Use: parameter.In(set))).Where(pair => pair.Use is not null);
            foreach (var (parameter, use) in uses.OrderBy(pair => pair.Use!.Position ?? int.MaxValue).ThenBy(pair => pair.Use!.Mandatory ? 0 : 1))
                WriteParameter(parameter, use!, full: false);
            if (cmdlet.SupportsShouldProcess)
                WriteCommonSwitches(full: false);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private void WriteParameter(ParameterDescription parameter, ParameterUse use, bool full)
    {
        WriteParameterStart(use, parameter.Name, parameter.Aliases, parameter.AcceptsWildcards);
        Paragraphs("description", documentation.Paragraphs(documentation.Of(parameter.Property)?.Element("summary")));
        if (!full && parameter.Values.Count > 0)
        {
            Start("command", "parameterValueGroup");
            foreach (var value in parameter.Values)
                WriteValue(value);
            xml.WriteEndElement();
        }
        if (!parameter.IsSwitch)
            WriteValue(parameter.TypeName);
        Start("dev", "type");
        Text("maml", "name", parameter.TypeName);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private void WriteCommonSwitches(bool full)
    {
        foreach (var (name, alias, text) in new[]
        {
            ("Confirm", "cf", "Asks before each change."),
            ("WhatIf", "wi", "Says what would be done and changes nothing."),
        })
        {
            WriteParameterStart(new ParameterUse(ParameterUse.AllSets, false, null, false, false, false), name, [alias], wildcards: false);
            if (full)
                Paragraphs("description", [text]);
            Start("dev", "type");
            Text("maml", "name", "SwitchParameter");
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
    }

    private void WriteParameterStart(ParameterUse use, string name, IReadOnlyList<string> aliases, bool wildcards)
    {
        Start("command", "parameter");
        xml.WriteAttributeString("required", use.Mandatory ? "true" : "false");
        xml.WriteAttributeString("variableLength", use.Remaining ? "true" : "false");
        xml.WriteAttributeString("globbing", wildcards ? "true" : "false");
        xml.WriteAttributeString("pipelineInput", use.PipelineInput);
        xml.WriteAttributeString("position", use.Position?.ToString(CultureInfo.InvariantCulture) ?? "named");
        xml.WriteAttributeString("aliases", aliases.Count > 0 ? string.Join(", ", aliases) : "none");
        Text("maml", "name", name);
    }

    private void WriteValue(string value)
    {
        Start("command", "parameterValue");
        xml.WriteAttributeString("required", "true");
        xml.WriteAttributeString("variableLength", "false");
        xml.WriteString(value);
        xml.WriteEndElement();
    }

    private void WriteTypes(string group, string item, IEnumerable<string> names)
    {
        Start("command", group);
        foreach (var name in names)
        {
            Start("command", item);
            Start("dev", "type");
            Text("maml", "name", name);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    // <example> holds one <code>; text before it introduces, text after it explains.
    private void WriteExamples(XElement? member)
    {
        Start("command", "examples");
        var number = 0;
        foreach (var example in member?.Elements("example") ?? [])
        {
            var code = example.Element("code") ?? throw new InvalidDataException($"An <example> of {member!.Attribute("name")?.Value} has no <code>.");
            Start("command", "example");
            Text("maml", "title", string.Create(CultureInfo.InvariantCulture, $"---------- Example {++number} ----------"));
            Text("dev", "code", XmlDocumentation.Code(code));
            Start("dev", "remarks");
            var words = new XElement("example", example.Nodes().Where(node => node != code));
            foreach (var paragraph in documentation.Paragraphs(words))
                Text("maml", "para", paragraph);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private void WriteLinks(XElement? member)
    {
        Start("command", "relatedLinks");
        foreach (var related in member?.Elements("seealso") ?? [])
        {
            Start("maml", "navigationLink");
            Text("maml", "linkText", documentation.Paragraphs(new XElement("links", related)).Single());
            Text("maml", "uri", (string?)related.Attribute("href") ?? "");
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private void Paragraphs(string name, IReadOnlyList<string> paragraphs)
    {
        Start("maml", name);
        foreach (var paragraph in paragraphs)
            Text("maml", "para", paragraph);
        xml.WriteEndElement();
    }

    private void Text(string prefix, string name, string text)
    {
        Start(prefix, name);
        xml.WriteString(text);
        xml.WriteEndElement();
    }

    private void Start(string prefix, string name) =>
        xml.WriteStartElement(prefix, name, prefix switch { "maml" => Maml, "dev" => Dev, _ => Command });
}
