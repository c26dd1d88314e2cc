using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace KohyaPS.Runtime.Packages;

/// <summary>A piece of a native file: the whole file, or one of the fragments into which a large file was cut.</summary>
/// <param name="FileName">The file it belongs to.</param>
/// <param name="Order">0 for the beginning, 1 for the first fragment after it, and so on.</param>
/// <param name="Entry">Its bytes.</param>
internal sealed record NativePiece(string FileName, int Order, ZipArchiveEntry Entry);

/// <summary>A downloaded package: what it depends on and which natives it carries. Nothing in it is trusted.</summary>
internal sealed partial class PackageArchive : IDisposable
{
    private const long MaxNuspecBytes = 1 << 20;
    private const int MaxHashBytes = 256;

    private readonly ZipArchive archive;

    private PackageArchive(ZipArchive archive) => this.archive = archive;

    /// <summary>Opens a package file.</summary>
    /// <exception cref="InvalidDataException">The file is no ZIP archive, or cut off.</exception>
    public static PackageArchive Open(string path) => new(ZipFile.OpenRead(path));

    /// <summary>The packages it depends on, of any target.</summary>
    public IReadOnlyList<PackageIdentity> Dependencies()
    {
        var nuspec = archive.Entries.FirstOrDefault(entry => !entry.FullName.Contains('/') && entry.FullName.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidDataException("it has no .nuspec");
        if (nuspec.Length > MaxNuspecBytes)
            throw new InvalidDataException("its .nuspec is absurdly large");
        try
        {
            using var stream = nuspec.Open();
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return [.. XDocument.Load(reader).Descendants().Where(element => element.Name.LocalName == "dependency")
                .Select(element => new PackageIdentity((string?)element.Attribute("id") ?? "", Exact((string?)element.Attribute("version") ?? "")))
                .Where(dependency => SafeName().IsMatch(dependency.Id) && SafeName().IsMatch(dependency.Version)).Distinct()];
        }
        catch (XmlException e)
        {
            throw new InvalidDataException("its .nuspec is not XML", e);
        }
    }

    /// <summary>The natives for a system, whole or in pieces. Names with a path in them are not natives.</summary>
    public IEnumerable<NativePiece> Natives(string rid)
    {
        foreach (var entry in archive.Entries)
        {
            if (NameBelow(entry, $"runtimes/{rid}/native/") is { } whole)
            {
                if (!whole.EndsWith(".sha", StringComparison.OrdinalIgnoreCase))
                    yield return new(whole, 0, entry);
            }
            else if (NameBelow(entry, $"fragments/{rid}/native/") is { } fragment && FragmentName().Match(fragment) is { Success: true } match)
            {
                yield return new(match.Groups["name"].Value, int.Parse(match.Groups["order"].ValueSpan, CultureInfo.InvariantCulture), entry);
            }
        }
    }

    /// <summary>The SHA-256 that the package states for a file cut in pieces; null where it states none.</summary>
    public string? StatedHash(string rid, string fileName)
    {
        var entry = archive.Entries.FirstOrDefault(entry => NameBelow(entry, $"runtimes/{rid}/native/") == fileName + ".sha");
        if (entry is null || entry.Length > MaxHashBytes)
            return null;
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd().Trim().ToLowerInvariant();
    }

    /// <inheritdoc/>
    public void Dispose() => archive.Dispose();

    private static string? NameBelow(ZipArchiveEntry entry, string folder)
    {
        var path = entry.FullName.Replace('\\', '/');
        return path.StartsWith(folder, StringComparison.OrdinalIgnoreCase) && SafeName().IsMatch(path[folder.Length..]) ? path[folder.Length..] : null;
    }

    // "2.10.0" and "[2.10.0]" both mean that version to us: the parts of one runtime belong together.
    private static string Exact(string version) => version.Trim('[', ']', ' ');

    [GeneratedRegex(@"^[A-Za-z0-9_+-][A-Za-z0-9_.+-]*$")]
    private static partial Regex SafeName();

    [GeneratedRegex(@"^(?<name>.+)\.fragment(?<order>[1-9][0-9]?)$")]
    private static partial Regex FragmentName();
}
