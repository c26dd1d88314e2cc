using System.Reflection;
using System.Xml.Linq;

namespace KohyaPS.Engine.Configuration;

/// <summary>The help text of each setting: the summary of its property in Core's documentation, which the build embeds here.</summary>
internal static class SettingHelp
{
    private static readonly Lazy<Dictionary<string, string>> Summaries = new(Load);

    /// <summary>What the setting means, in complete sentences.</summary>
    internal static string For(Setting setting) => Summaries.Value[$"P:KohyaPS.{setting.Group}Settings.{setting.Name}"];

    private static Dictionary<string, string> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("KohyaPS.Core.xml")
            ?? throw new InvalidOperationException("This build of KohyaPS.Engine lacks the embedded documentation of KohyaPS.Core.");
        return XDocument.Load(stream).Descendants("member")
            .Where(member => member.Attribute("name") is { Value: var name } && name.StartsWith("P:KohyaPS.", StringComparison.Ordinal) && member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Text(member.Element("summary")!));
    }

    private static string Text(XElement summary) => string.Join(' ', summary.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
