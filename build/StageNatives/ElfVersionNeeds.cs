using System.Buffers.Binary;
using System.Text;

namespace KohyaPS.Build.StageNatives;

/// <summary>
/// Marks one version requirement of a Linux shared library as weak, so that the loader accepts an older library.
/// </summary>
/// <remarks>
/// The packaged libLibTorchSharp.so asks libstdc++ for GLIBCXX_3.4.32, which Debian 12 and Ubuntu 22.04 (3.4.30) lack, for a symbol that
/// nothing in the file uses. The ELF specification lets a requirement be weak (VER_FLG_WEAK, bit 1 of vna_flags in .gnu.version_r).
/// </remarks>
internal static class ElfVersionNeeds
{
    private const int SectionTypeVerneed = 0x6ffffffe;   // SHT_GNU_verneed
    private const ushort WeakFlag = 0x2;                 // VER_FLG_WEAK

    /// <summary>Sets the weak flag on every need called <paramref name="version"/>; harmless when it is set already.</summary>
    /// <param name="elf">The whole file, changed in place.</param>
    /// <param name="version">The version name, for instance GLIBCXX_3.4.32.</param>
    /// <returns>How many needs of that name the file has.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a 64-bit little-endian ELF file, or its tables point outside it.</exception>
    public static int MakeWeak(Span<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        try
        {
            var sections = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]));
            int sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3a..]);
            int sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3c..]);
            var marked = 0;
            for (var i = 0; i < sectionCount; i++)
            {
                var section = elf[(sections + i * sectionSize)..];
                if (BinaryPrimitives.ReadInt32LittleEndian(section[4..]) != SectionTypeVerneed)
                    continue;
                var strings = elf[(sections + BinaryPrimitives.ReadInt32LittleEndian(section[0x28..]) * sectionSize)..];
                var names = elf[checked((int)BinaryPrimitives.ReadUInt64LittleEndian(strings[0x18..]))..];
                var start = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(section[0x18..]));
                marked += MarkNeeds(elf, start, names, Encoding.ASCII.GetBytes(version));
            }
            return marked;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The ELF tables point outside the file.", e);
        }
    }

    // A list of libraries (Verneed), each with a list of versions (Vernaux); offsets are relative, 0 ends a list.
    private static int MarkNeeds(Span<byte> elf, int need, ReadOnlySpan<byte> names, ReadOnlySpan<byte> version)
    {
        var marked = 0;
        while (true)
        {
            int count = BinaryPrimitives.ReadUInt16LittleEndian(elf[(need + 2)..]);
            var entry = checked(need + BinaryPrimitives.ReadInt32LittleEndian(elf[(need + 8)..]));
            for (var i = 0; i < count; i++)
            {
                var name = names[BinaryPrimitives.ReadInt32LittleEndian(elf[(entry + 8)..])..];
                if (name[..name.IndexOf((byte)0)].SequenceEqual(version))
                {
                    var flags = elf[(entry + 4)..];
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | WeakFlag));
                    marked++;
                }
                entry = checked(entry + BinaryPrimitives.ReadInt32LittleEndian(elf[(entry + 12)..]));
            }
            var next = BinaryPrimitives.ReadInt32LittleEndian(elf[(need + 12)..]);
            if (next == 0)
                return marked;
            need = checked(need + next);
        }
    }
}
