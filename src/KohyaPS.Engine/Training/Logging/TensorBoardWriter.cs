using System.Buffers.Binary;
using System.Text;

namespace KohyaPS.Engine.Training.Logging;

/// <summary>
/// Writes scalars as a TensorBoard event file: TFRecord frames (length, masked CRC-32C, data, masked CRC-32C) around Event messages
/// (wall_time = 1, step = 2, file_version = 3, summary = 5) whose Summary holds one Value (tag = 1, simple_value = 2) a scalar.
/// </summary>
internal sealed class TensorBoardWriter : IDisposable
{
    private readonly FileStream stream;
    private readonly MemoryStream message = new();

    /// <param name="folder">TensorBoard's folder of this run; created when missing.</param>
    /// <param name="now">Time of the file's name and first record.</param>
    public TensorBoardWriter(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        var name = Path.Combine(folder, string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"events.out.tfevents.{now.ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}."));
        // Two trainings of one process may begin within a second.
        var number = 0;
        while (File.Exists(name + number.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            number++;
        stream = new FileStream(name + number.ToString(System.Globalization.CultureInfo.InvariantCulture), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        message.SetLength(0);
        WriteDouble(1, Seconds(now));
        WriteBytes(3, "brain.Event:2"u8);
        WriteRecord();
    }

    /// <summary>Appends scalars of one step.</summary>
    /// <param name="now">Wall time of the values.</param>
    /// <param name="step">The step or epoch on the horizontal axis.</param>
    /// <param name="scalars">Tag and value.</param>
    public void Write(DateTimeOffset now, long step, IEnumerable<KeyValuePair<string, double>> scalars)
    {
        var summary = new MemoryStream();
        Span<byte> single = stackalloc byte[4];
        foreach (var (tag, value) in scalars)
        {
            var text = Encoding.UTF8.GetBytes(tag);
            var body = new MemoryStream();
            WriteVarint(body, (1 << 3) | 2);
            WriteVarint(body, (ulong)text.Length);
            body.Write(text);
            WriteVarint(body, (2 << 3) | 5);
            BinaryPrimitives.WriteSingleLittleEndian(single, (float)value);
            body.Write(single);
            WriteVarint(summary, (1 << 3) | 2);
            WriteVarint(summary, (ulong)body.Length);
            body.WriteTo(summary);
        }
        message.SetLength(0);
        WriteDouble(1, Seconds(now));
        WriteVarint(message, 2 << 3);
        WriteVarint(message, (ulong)step);
        WriteBytes(5, summary.ToArray());
        WriteRecord();
        stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    private void WriteDouble(int field, double value)
    {
        WriteVarint(message, ((ulong)field << 3) | 1);
        Span<byte> bits = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bits, value);
        message.Write(bits);
    }

    private void WriteBytes(int field, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(message, ((ulong)field << 3) | 2);
        WriteVarint(message, (ulong)bytes.Length);
        message.Write(bytes);
    }

    private void WriteRecord()
    {
        var data = message.ToArray();
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], MaskedCrc(header[..8]));
        stream.Write(header);
        stream.Write(data);
        Span<byte> footer = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, MaskedCrc(data));
        stream.Write(footer);
    }

    private static void WriteVarint(Stream target, ulong value)
    {
        while (value >= 0x80)
        {
            target.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }
        target.WriteByte((byte)value);
    }

    // TFRecord stores a CRC rotated by 15 bits plus a constant, so that a CRC of data holding CRCs stays meaningful.
    private static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = System.Numerics.BitOperations.Crc32C(crc, b);
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }
}
