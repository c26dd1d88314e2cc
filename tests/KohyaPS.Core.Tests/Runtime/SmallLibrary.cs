using System.Buffers.Binary;
using System.Text;

namespace KohyaPS.Core.Tests.Runtime;

/// <summary>Builds the smallest 64-bit Windows library with an export, an import and a delayed import table.</summary>
internal sealed class SmallLibrary
{
    private const int SectionOffset = 0x200, SectionAddress = 0x1000, SectionSize = 0x800;
    private readonly byte[] bytes = new byte[SectionOffset + SectionSize];
    private int free = 0x10;

    public SmallLibrary(string[] exports, (string Library, string[] Names)[] imports, (string Library, string[] Names)[] delayed)
    {
        "MZ"u8.CopyTo(bytes);
        Write32(0x3c, 0x80);
        "PE\0\0"u8.CopyTo(bytes.AsSpan(0x80));
        Write16(0x84, 0x8664);
        Write16(0x86, 1);                 // sections
        Write16(0x94, 240);               // size of the optional header
        Write16(0x98, 0x20b);
        Write32(0x98 + 108, 16);          // tables
        var section = 0x98 + 240;
        Write32(section + 12, SectionAddress);
        Write32(section + 16, SectionSize);
        Write32(section + 20, SectionOffset);
        Table(0, Exports(exports));
        Table(1, Descriptors(imports, 20, nameAt: 12, lookupAt: 0));
        Table(13, Descriptors(delayed, 32, nameAt: 4, lookupAt: 16));
    }

    public byte[] Bytes => bytes;

    /// <summary>Where the count of exported names stands in the file.</summary>
    public int ExportCountOffset { get; private set; }

    private int Exports(string[] names)
    {
        var list = Room(4 * names.Length);
        for (var i = 0; i < names.Length; i++)
            Write32(list + 4 * i, Address(Text(names[i])));
        var table = Room(40);
        ExportCountOffset = table + 24;
        Write32(table + 24, names.Length);
        Write32(table + 32, Address(list));
        return Address(table);
    }

    private int Descriptors((string Library, string[] Names)[] imports, int size, int nameAt, int lookupAt)
    {
        var table = Room(size * (imports.Length + 1));
        for (var i = 0; i < imports.Length; i++)
        {
            var names = imports[i].Names;
            var lookup = Room(8 * (names.Length + 1));
            for (var j = 0; j < names.Length; j++)
                Write64(lookup + 8 * j, names[j][0] == '#' ? 1UL << 63 | ulong.Parse(names[j][1..], null) : (ulong)Address(Text("\0\0" + names[j])));
            Write32(table + size * i + nameAt, Address(Text(imports[i].Library)));
            Write32(table + size * i + lookupAt, Address(lookup));
        }
        return Address(table);
    }

    private int Text(string text)
    {
        var at = Room(text.Length + 1);
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(at));
        return at;
    }

    private int Room(int size)
    {
        var at = SectionOffset + free;
        free += (size + 7) / 8 * 8;
        return at;
    }

    private static int Address(int offset) => offset - SectionOffset + SectionAddress;

    private void Table(int index, int address) => Write32(0x98 + 112 + 8 * index, address);

    private void Write16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), value);

    private void Write32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);

    private void Write64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), value);
}
