using System.Numerics;

namespace KohyaPS.Pickles;

/// <summary>
/// The layout of torch before 1.6: five pickles one after the other (magic number, protocol, system, object, names of storages), then for
/// each storage a count of 8 bytes and its data.
/// </summary>
internal static class LegacyPickle
{
    private const long Protocol = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads the object, and where each storage lies.</summary>
    /// <exception cref="PickleFormatException">It is damaged, unsupported or hostile.</exception>
    public static (object? Root, Dictionary<string, long> Places) Read(PickleCursor cursor, PickleBuilder builder)
    {
        ReadMagic(cursor, builder);
        if (PickleMachine.Run(cursor, builder) is not Protocol)
            throw new PickleFormatException("it is of a version of the old format that is not known");
        if (PickleMachine.Run(cursor, builder) is not PickleDict system)
            throw new PickleFormatException("it does not say what system wrote it");
        if (system.Find("little_endian") is false)
            throw new PickleFormatException("its numbers are in another byte order than this machine's");
        var root = PickleMachine.Run(cursor, builder);
        return PickleMachine.Run(cursor, builder) is PickleList { HasOthers: false } keys
            ? (root, ReadPlaces(cursor, builder, keys.Texts ?? []))
            : throw new PickleFormatException("it does not list its storages");
    }

    // PROTO 2, LONG1 of 10 bytes, STOP; anything else is run to learn whether it is hostile, and refused.
    private static void ReadMagic(PickleCursor cursor, PickleBuilder builder)
    {
        var wanted = Magic.ToByteArray();
        if (cursor.Remaining >= wanted.Length + 5)
        {
            var head = cursor.Bytes(wanted.Length + 5);
            if (head[0] == 0x80 && head[2] == 0x8a && head[3] == wanted.Length && head.Slice(4, wanted.Length).SequenceEqual(wanted) && head[^1] == '.')
                return;
        }
        cursor.Rewind();
        PickleMachine.Run(cursor, builder);
        throw new PickleFormatException("it is a pickle of another program, not one of PyTorch's");
    }

    private static Dictionary<string, long> ReadPlaces(PickleCursor cursor, PickleBuilder builder, List<string> keys)
    {
        var storages = builder.Storages.ToDictionary(s => s.Key, StringComparer.Ordinal);
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in keys)
        {
            if (!storages.TryGetValue(name, out var storage))
                throw new PickleFormatException("it has data that belong to no storage");
            if (cursor.Int64() != storage.Elements)
                throw new PickleFormatException($"the storage '{name}' has another length than announced");
            if (!places.TryAdd(name, cursor.Position))
                throw new PickleFormatException($"the storage '{name}' is there twice");
            cursor.Skip(storage.Length);
        }
        if (storages.Keys.FirstOrDefault(k => !places.ContainsKey(k)) is { } missing)
            throw new PickleFormatException($"the data of storage '{missing}' are missing");
        return places;
    }
}
