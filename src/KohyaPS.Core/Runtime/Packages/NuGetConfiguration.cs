using System.Xml;
using System.Xml.Linq;
using KohyaPS.Files;

namespace KohyaPS.Runtime.Packages;

/// <summary>The package sources that this user's NuGet already knows; the .NET SDK writes the file at its first use.</summary>
public static class NuGetConfiguration
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Where NuGet keeps the user's settings.</summary>
    public static IEnumerable<string> UserFiles()
    {
        var profile = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (profile.Length > 0)
            yield return Path.Combine(profile, "NuGet", "NuGet.Config");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (home.Length > 0)
            yield return Path.Combine(home, ".nuget", "NuGet", "NuGet.Config");
    }

    /// <summary>The enabled sources of a file that need no NuGet.exe: version 3 indexes and folders. None where it is missing or damaged.</summary>
    public static IReadOnlyList<string> Sources(string file)
    {
        try
        {
            using var text = new StringReader(TextFile.Read(file, MaxBytes));
            using var reader = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            var root = XDocument.Load(reader).Root;
            var disabled = (root?.Element("disabledPackageSources")?.Elements("add") ?? [])
                .Where(add => (string?)add.Attribute("value") == "true").Select(add => (string?)add.Attribute("key")).ToHashSet();
            return [.. (root?.Element("packageSources")?.Elements("add") ?? [])
                .Where(add => !disabled.Contains((string?)add.Attribute("key")))
                .Select(add => (string?)add.Attribute("value")).OfType<string>()
                .Where(value => value.EndsWith("index.json", StringComparison.OrdinalIgnoreCase) || Directory.Exists(value))];
        }
        catch (Exception e) when (e is IOException or XmlException or TextFileException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
