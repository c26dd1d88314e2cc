using KohyaPS.Files;

namespace KohyaPS.Safetensors;

/// <summary>Passes at most a given number of bytes on; the inner stream stays open.</summary>
internal sealed class CountingStream(Stream inner, long limit) : ForwardStream(inner)
{
    /// <summary>Bytes that may still be written.</summary>
    public long Remaining { get; private set; } = limit;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > Remaining)
            throw new InvalidOperationException($"{buffer.Length - Remaining} bytes more than declared were written for a tensor.");
        base.Write(buffer);
        Remaining -= buffer.Length;
    }
}
