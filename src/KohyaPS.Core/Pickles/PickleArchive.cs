using System.Text;

namespace KohyaPS.Pickles;

/// <summary>
/// The directory of a ZIP file as PyTorch writes it: entries that are stored as they are, below one folder. Entries are found by name only;
/// no name ever becomes a path.
/// </summary>
internal sealed unsafe class PickleArchive
{
    private const int EndLength = 22, EndZip64Length = 56, LocatorLength = 20, DirectoryLength = 46, LocalLength = 30;
    private const int MaxComment = ushort.MaxValue;
    private const int MaxEntries = 1_000_000;
    private const string Pickle = "data.pkl";

    private readonly Dictionary<string, (long Offset, long Length)> entries = new(StringComparer.Ordinal);
    private readonly byte* start;
    private readonly long length;
    private readonly string root;

    /// <param name="start">The mapped file.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="PickleFormatException">It is damaged, packed or hostile.</exception>
    public PickleArchive(byte* start, long length)
    {
        this.start = start;
        this.length = length;
        var (offset, size, count) = FindDirectory();
        var cursor = new PickleCursor(start + offset, size);
        for (var i = 0L; i < count; i++)
            AddEntry(cursor, offset);
        RefuseOverlaps(offset);
        var pickles = entries.Keys.Where(n => n == Pickle || n.EndsWith("/" + Pickle, StringComparison.Ordinal)).ToList();
        if (pickles.Count != 1)
            throw new PickleFormatException(pickles.Count == 0 ? "the ZIP file has no data.pkl, so that PyTorch did not write it" : "the ZIP file has more than one data.pkl");
        root = pickles[0][..^Pickle.Length];
        if (Find("byteorder") is { } order && !new ReadOnlySpan<byte>(start + order.Offset, (int)Math.Min(order.Length, 16)).SequenceEqual("little"u8))
            throw new PickleFormatException("its numbers are in another byte order than this machine's");
    }

    /// <summary>Where an entry's bytes lie; null where there is none of that name.</summary>
    public (long Offset, long Length)? Find(string name) => entries.TryGetValue(root + name, out var found) ? found : null;

    /// <summary>Where the pickle lies.</summary>
    public (long Offset, long Length) Pickled => entries[root + Pickle];

    private (long Offset, long Size, long Count) FindDirectory()
    {
        for (var at = length - EndLength; at >= Math.Max(0, length - EndLength - MaxComment); at--)
        {
            var end = new PickleCursor(start + at, length - at);
            if (end.UInt32() != 0x06054b50)
                continue;
            ushort disk = end.UInt16(), firstDisk = end.UInt16();
            end.Skip(2);
            long count = end.UInt16(), size = end.UInt32(), offset = end.UInt32();
            if (end.UInt16() != end.Remaining)
                continue;
            if (count == ushort.MaxValue || size == uint.MaxValue || offset == uint.MaxValue)
                (offset, size, count) = FindZip64(at);
            if (disk != firstDisk || count > MaxEntries || offset < 0 || size < 0 || offset > at || size > at - offset)
                throw new PickleFormatException("the directory of the ZIP file is damaged");
            return (offset, size, count);
        }
        throw new PickleFormatException("the ZIP file is cut short: its directory is missing");
    }

    private (long Offset, long Size, long Count) FindZip64(long end)
    {
        if (end < LocatorLength)
            throw new PickleFormatException("the directory of the ZIP file is damaged");
        var locator = new PickleCursor(start + end - LocatorLength, LocatorLength);
        if (locator.UInt32() != 0x07064b50)
            throw new PickleFormatException("the directory of the ZIP file is damaged");
        locator.Skip(4);
        var at = locator.Int64();
        if (at < 0 || at > end - EndZip64Length)
            throw new PickleFormatException("the directory of the ZIP file is damaged");
        var record = new PickleCursor(start + at, EndZip64Length);
        if (record.UInt32() != 0x06064b50)
            throw new PickleFormatException("the directory of the ZIP file is damaged");
        record.Skip(28);
        var count = record.Int64();
        var size = record.Int64();
        return (record.Int64(), size, count < 0 ? long.MaxValue : count);
    }

    private void AddEntry(PickleCursor cursor, long directory)
    {
        if (cursor.Remaining < DirectoryLength || cursor.UInt32() != 0x02014b50)
            throw new PickleFormatException("the directory of the ZIP file is damaged");
        cursor.Skip(4);
        ushort flags = cursor.UInt16(), method = cursor.UInt16();
        cursor.Skip(8);
        long packed = cursor.UInt32(), size = cursor.UInt32();
        ushort nameLength = cursor.UInt16(), extraLength = cursor.UInt16(), commentLength = cursor.UInt16();
        cursor.Skip(8);
        long local = cursor.UInt32();
        var name = cursor.Text(nameLength);
        ReadZip64(cursor.Bytes(extraLength), ref size, ref packed, ref local);
        cursor.Skip(commentLength);
        if ((flags & 1) != 0)
            throw new PickleFormatException("the ZIP file is encrypted");
        if (method != 0 || packed != size)
            throw new PickleFormatException("its entries are compressed, which PyTorch never does");
        if (name.EndsWith('/') && size == 0)
            return;
        RequirePlainName(name);
        if (!entries.TryAdd(name, (DataOffset(local, name, size, directory), size)))
            throw new PickleFormatException($"the ZIP file has two entries '{name}'");
    }

    private static void ReadZip64(ReadOnlySpan<byte> extra, ref long size, ref long packed, ref long local)
    {
        while (extra.Length >= 4)
        {
            int id = BitConverter.ToUInt16(extra), fieldLength = BitConverter.ToUInt16(extra[2..]);
            if (fieldLength > extra.Length - 4)
                return;
            var field = extra.Slice(4, fieldLength);
            if (id == 1)
            {
                Take(ref field, ref size);
                Take(ref field, ref packed);
                Take(ref field, ref local);
            }
            extra = extra[(4 + fieldLength)..];
        }

        static void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value != uint.MaxValue || field.Length < 8)
                return;
            value = BitConverter.ToInt64(field);
            field = field[8..];
        }
    }

    private long DataOffset(long local, string name, long size, long directory)
    {
        if (local < 0 || size < 0 || local > directory - LocalLength)
            throw new PickleFormatException($"the entry '{name}' of the ZIP file lies outside of it");
        var cursor = new PickleCursor(start + local, directory - local);
        if (cursor.UInt32() != 0x04034b50)
            throw new PickleFormatException($"the entry '{name}' of the ZIP file is damaged");
        cursor.Skip(22);
        ushort nameLength = cursor.UInt16(), extraLength = cursor.UInt16();
        if (!cursor.Bytes(nameLength).SequenceEqual(Encoding.UTF8.GetBytes(name)))
            throw new PickleFormatException($"the entry '{name}' of the ZIP file has two names");
        cursor.Skip(extraLength);
        return size <= cursor.Remaining ? local + cursor.Position : throw new PickleFormatException($"the entry '{name}' of the ZIP file is cut short");
    }

    private static void RequirePlainName(string name)
    {
        if (name.Length is 0 or > 1024 || name.IndexOfAny(['\\', ':', '\0']) >= 0 || name.Split('/').Any(part => part is "" or "." or ".."))
            throw new PickleFormatException($"the ZIP file has an entry '{name}', a name that leads out of it");
    }

    private void RefuseOverlaps(long directory)
    {
        var free = 0L;
        foreach (var (name, (offset, size)) in entries.Where(e => e.Value.Length > 0).OrderBy(e => e.Value.Offset))
        {
            if (offset < free || offset + size > directory)
                throw new PickleFormatException($"the entry '{name}' of the ZIP file lies over another one");
            free = offset + size;
        }
    }
}
