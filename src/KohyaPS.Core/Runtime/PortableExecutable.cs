using System.Text;

namespace KohyaPS.Runtime;

/// <summary>
/// The import and export tables of a Windows library, read as plain data on any system (PE/COFF specification, "The .edata Section",
/// "The .idata Section" and "Delay-Load Import Tables").
/// </summary>
public sealed class PortableExecutable
{
    private const int MaxLibraries = 4096;
    private const int MaxNames = 1 << 20;
    private const int MaxNameBytes = 1 << 15;   // mangled C++ names run to several thousand characters
    private const int ExportDirectory = 0, ImportDirectory = 1, DelayImportDirectory = 13;

    private readonly PeImage image;

    private PortableExecutable(PeImage image)
    {
        this.image = image;
        Exports = ReadExports();
        Imports = [.. ReadImports(), .. ReadDelayedImports()];
    }

    /// <summary>The names that the library offers, sorted as in the file.</summary>
    public IReadOnlyList<string> Exports { get; }

    /// <summary>What the library needs, one entry a library; delayed ones last.</summary>
    public IReadOnlyList<PeImport> Imports { get; }

    /// <summary>Reads the tables of a 64-bit library.</summary>
    /// <exception cref="InvalidDataException">The file is no 64-bit Windows library, or its tables point outside it.</exception>
    public static PortableExecutable Read(string path)
    {
        using var image = PeImage.Open(path);
        try
        {
            return new(image);
        }
        catch (Exception e) when (e is EndOfStreamException or OverflowException)
        {
            throw new InvalidDataException($"The tables of '{path}' point outside the file: it is damaged or cut off.", e);
        }
    }

    private List<string> ReadExports()
    {
        var table = image.Directory(ExportDirectory);
        if (table == 0)
            return [];
        var count = Bounded(image.UInt32(table + 24), MaxNames);
        var names = image.UInt32(table + 32);
        var exports = new List<string>(count);
        for (var i = 0; i < count; i++)
            exports.Add(Name(image.UInt32(names + 4u * (uint)i)));
        return exports;
    }

    // An array of 20-byte descriptors, ended by one without a library name.
    private IEnumerable<PeImport> ReadImports()
    {
        var table = image.Directory(ImportDirectory);
        for (var i = 0u; table != 0; i++)
        {
            var entry = table + (uint)Bounded(i, MaxLibraries) * 20u;
            var library = image.UInt32(entry + 12);
            if (library == 0)
                yield break;
            // Bound files keep the names in the first table only; without one the second still holds them.
            var lookup = image.UInt32(entry) is var first and not 0 ? first : image.UInt32(entry + 16);
            yield return new(Name(library), Names(lookup), IsDelayed: false);
        }
    }

    private IEnumerable<PeImport> ReadDelayedImports()
    {
        var table = image.Directory(DelayImportDirectory);
        for (var i = 0u; table != 0; i++)
        {
            var entry = table + (uint)Bounded(i, MaxLibraries) * 32u;
            var library = image.UInt32(entry + 4);
            if (library == 0)
                yield break;
            yield return new(Name(library), Names(image.UInt32(entry + 16)), IsDelayed: true);
        }
    }

    // 64-bit slots: bit 63 marks an ordinal, else the address of a 2-byte hint and the name; 0 ends the list.
    private List<string> Names(uint lookup)
    {
        var names = new List<string>();
        while (true)
        {
            var slot = image.UInt64(lookup + 8u * (uint)Bounded((uint)names.Count, MaxNames));
            if (slot == 0)
                return names;
            names.Add(slot >> 63 != 0 ? $"#{slot & 0xffff}" : Name((uint)(slot & 0x7fffffff) + 2));
        }
    }

    private string Name(uint address) => Encoding.ASCII.GetString(image.ZeroTerminated(address, MaxNameBytes));

    private static int Bounded(uint count, int limit) =>
        count <= limit ? (int)count : throw new InvalidDataException($"A table claims {count} entries; more than {limit} are not believed.");
}
