using System.Security.Cryptography;

namespace KohyaPS.Safetensors;

/// <summary>Computes SHA-256 over ranges of what is written to it, and keeps nothing.</summary>
internal sealed class RangeHashStream : Stream
{
    private readonly (long Begin, long End, IncrementalHash Hash)[] ranges;
    private long at;

    public RangeHashStream(params (long Begin, long End)[] ranges) =>
        this.ranges = [.. ranges.Select(r => (r.Begin, r.End, IncrementalHash.CreateHash(HashAlgorithmName.SHA256)))];

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => at;

    public override long Position
    {
        get => at;
        set => throw new NotSupportedException();
    }

    /// <summary>The hash of a range, lower-case hex.</summary>
    public string Hash(int range) => Convert.ToHexStringLower(ranges[range].Hash.GetCurrentHash());

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        foreach (var (begin, end, hash) in ranges)
        {
            var from = Math.Clamp(begin - at, 0, buffer.Length);
            var to = Math.Clamp(end - at, from, buffer.Length);
            hash.AppendData(buffer[(int)from..(int)to]);
        }
        at += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        foreach (var range in ranges)
            range.Hash.Dispose();
        base.Dispose(disposing);
    }
}
