using System.Runtime.InteropServices;
using KohyaPS.Engine.Runtime;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>
/// The tensors of one safetensors file under the file's own keys. A tensor that is read shares the memory of a private mapping of the file
/// and keeps that mapping alive; it is a copy only where its bytes are not aligned for their type.
/// </summary>
internal sealed class SafetensorsStore : ITensorStore, IDisposable
{
    private readonly Dictionary<string, SafetensorsEntry> entries;
    private readonly string[] names;
    private Tensor? mapping;
    private bool isMappable = true;

    private SafetensorsStore(SafetensorsFile file)
    {
        File = file;
        entries = file.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        names = [.. file.Entries.Select(e => e.Name)];
    }

    /// <summary>The file behind the store.</summary>
    public SafetensorsFile File { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => names;

    /// <summary>Opens a file.</summary>
    /// <exception cref="CheckpointFormatException">It is no usable safetensors file.</exception>
    public static SafetensorsStore Open(string path) => new(SafetensorsFile.Open(path));

    /// <inheritdoc/>
    public bool Contains(string name) => entries.ContainsKey(name);

    /// <inheritdoc/>
    public long[] Shape(string name) => [.. File[name].Shape];

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        var entry = File[name];
        var dtype = entry.Dtype.ToTorch();
        long[] shape = [.. entry.Shape];
        if (entry.Length == 0)
            return empty(shape, dtype);
        var offset = File.DataOffset + entry.Begin;
        var elementBytes = entry.Length / entry.ElementCount;
        if (offset % elementBytes != 0 || Map() is not { } bytes)
            return Copy(entry, shape, dtype);
        using var slice = bytes.narrow(0, offset, entry.Length);
        using var typed = TensorViews.As(slice, dtype);
        return typed.view(shape);
    }

    /// <summary>Closes the file; tensors that were read stay valid.</summary>
    public void Dispose()
    {
        mapping?.Dispose();
        mapping = null;
        isMappable = false;
        File.Dispose();
    }

    // A second, private mapping, owned by libtorch's reference counts: no tensor can outlive its memory.
    private Tensor? Map()
    {
        if (mapping is not null || !isMappable)
            return mapping;
        try
        {
            mapping = from_file(File.Path, shared: false, size: File.DataOffset + File.DataLength, dtype: ScalarType.Byte).DetachFromDisposeScope();
        }
        catch (ExternalException)
        {
            // Little memory to promise, or a file system without mappings: copying still works.
            isMappable = false;
        }
        return mapping;
    }

    private unsafe Tensor Copy(SafetensorsEntry entry, long[] shape, ScalarType dtype)
    {
        const long chunk = 1 << 30;
        using var flat = empty(entry.Length, ScalarType.Byte);
        var from = File.Pointer(entry);
        for (var at = 0L; at < entry.Length; at += chunk)
        {
            var length = Math.Min(chunk, entry.Length - at);
            using var part = flat.narrow(0, at, length);
            new ReadOnlySpan<byte>(from + at, (int)length).CopyTo(part.bytes);
        }
        using var typed = TensorViews.As(flat, dtype);
        return typed.view(shape);
    }
}
