using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using KohyaPS.Files;

namespace KohyaPS.Safetensors;

/// <summary>
/// Writes a safetensors file tensor by tensor, laid out as the reference library does it, so that equal tensors give equal data bytes (and
/// hashes): wide types first, then by name.
/// </summary>
public sealed class SafetensorsWriter
{
    private readonly byte[] header;

    /// <summary>Lays out the file.</summary>
    /// <param name="tensors">Every tensor of the file, in any order.</param>
    /// <param name="metadata">Free text for the header; null for none.</param>
    public SafetensorsWriter(IEnumerable<SafetensorsDeclaration> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var sorted = tensors
            .Select(t => (Tensor: t, Key: Encoding.UTF8.GetBytes(t.Name)))
            .OrderByDescending(t => t.Tensor.Dtype)
            .ThenBy(t => t.Key, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var at = 0L;
        foreach (var (tensor, _) in sorted)
        {
            if (tensor.Name.Length == 0 || tensor.Name == "__metadata__" || !names.Add(tensor.Name))
                throw new ArgumentException($"The tensor name '{tensor.Name}' is empty, reserved or given twice.", nameof(tensors));
            var bits = tensor.Shape.Aggregate((long)tensor.Dtype.ToBits(), (product, d) => checked(product * d));
            entries.Add(new(tensor.Name, tensor.Dtype, [.. tensor.Shape], at, at += bits / 8));
        }
        Entries = entries;
        header = BuildHeader(entries, metadata);
        FileLength = 8 + header.Length + at;
    }

    /// <summary>Writes the bytes of one tensor, exactly as many as the entry has.</summary>
    /// <param name="entry">The tensor that is due.</param>
    /// <param name="target">Takes its little-endian, row-major bytes.</param>
    public delegate void TensorSource(SafetensorsEntry entry, Stream target);

    /// <summary>The tensors in the order in which they will be written.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long FileLength { get; }

    /// <summary>Writes the file beside its target, flushes it to the disk, and renames it; a failure leaves nothing behind.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="source">Called once for each of <see cref="Entries"/>, in order.</param>
    public void Write(string path, TensorSource source) => AtomicFile.Write(path, stream => Write(stream, source));

    /// <summary>Writes the whole file to a stream.</summary>
    /// <inheritdoc cref="Write(string, TensorSource)"/>
    public void Write(Stream target, TensorSource source)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        target.Write(length);
        target.Write(header);
        foreach (var entry in Entries)
        {
            using var bounded = new CountingStream(target, entry.Length);
            source(entry, bounded);
            if (bounded.Remaining != 0)
                throw new InvalidOperationException($"The tensor '{entry.Name}' was written with {entry.Length - bounded.Remaining} bytes instead of {entry.Length}.");
        }
    }

    private static byte[] BuildHeader(List<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        var json = new StringBuilder("{");
        if (metadata is { Count: > 0 })
        {
            // The reference library leaves the order to a hash map; sorted keys make equal inputs give equal files.
            json.Append("\"__metadata__\":{");
            foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                AppendText(AppendText(json, key).Append(':'), value).Append(',');
            json.Length--;
            json.Append("},");
        }
        foreach (var entry in entries)
        {
            AppendText(json, entry.Name).Append(":{\"dtype\":\"").Append(entry.Dtype.ToName()).Append("\",\"shape\":[")
                .AppendJoin(',', entry.Shape.Select(d => d.ToString(CultureInfo.InvariantCulture)))
                .Append(CultureInfo.InvariantCulture, $"],\"data_offsets\":[{entry.Begin},{entry.End}]}},");
        }
        if (json[^1] == ',')
            json.Length--;
        var bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(json.Append('}').ToString());
        var padded = new byte[(bytes.Length + 7) / 8 * 8];
        padded.AsSpan().Fill((byte)' ');
        bytes.CopyTo(padded, 0);
        return padded;
    }

    private static StringBuilder AppendText(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\b' => json.Append("\\b"),
                '\f' => json.Append("\\f"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                < ' ' => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => json.Append(c),
            };
        }
        return json.Append('"');
    }
}
