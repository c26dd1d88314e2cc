using System.Runtime.InteropServices;
using KohyaPS.Engine.Runtime;
using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>
/// The tensors of one file, of safetensors or of PyTorch, under the file's own keys. A tensor that is read shares the memory of a private
/// mapping of the file and keeps that mapping alive; it is a copy where its bytes are not aligned for their type, or do not follow each other.
/// </summary>
internal sealed class TensorFileStore : ITensorStore, IDisposable
{
    private readonly string[] names;
    private Tensor? mapping;
    private bool isMappable = true;

    private TensorFileStore(ITensorFile file)
    {
        File = file;
        names = [.. file.Tensors.Select(t => t.Name)];
    }

    /// <summary>The file behind the store.</summary>
    public ITensorFile File { get; }

    /// <summary>Full path of the file.</summary>
    public string Path => File.Path;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => names;

    /// <summary>Name, type and dimensions of a tensor.</summary>
    /// <exception cref="CheckpointFormatException">There is no such tensor.</exception>
    public SafetensorsDeclaration this[string name] => File.TryFind(name, out var found)
        ? found
        : throw new CheckpointFormatException($"'{Path}' has no tensor '{name}'. It may be of another kind of model, or incomplete; check that it is the file you meant.");

    /// <summary>Opens a file of either format.</summary>
    /// <exception cref="CheckpointFormatException">It is no usable file of tensors.</exception>
    public static TensorFileStore Open(string path) => new(AnyTensorFile.Open(path));

    /// <inheritdoc/>
    public bool Contains(string name) => File.TryFind(name, out _);

    /// <inheritdoc/>
    public long[] Shape(string name) => [.. this[name].Shape];

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        var declared = this[name];
        var dtype = declared.Dtype.ToTorch();
        long[] shape = [.. declared.Shape];
        if (declared.ElementCount == 0)
            return empty(shape, dtype);
        var place = File.Locate(name);
        using var bytes = place.Offset % (declared.Dtype.ToBits() / 8) == 0 && Map() is { } mapped ? mapped.narrow(0, place.Offset, place.Length) : Copy(place);
        using var typed = TensorViews.As(bytes, dtype);
        if (place.Strides is not { } strides)
            return typed.view(shape);
        using var strided = typed.as_strided(shape, [.. strides], typed.storage_offset());
        return strided.contiguous();
    }

    /// <inheritdoc/>
    public unsafe void Release(Tensor read)
    {
        if (mapping is null || read.numel() == 0 || !read.is_contiguous() || read.device_type != TorchSharp.DeviceType.CPU)
            return;
        using var first = mapping.narrow(0, 0, 1);
        using var flat = read.view(-1);
        using var one = flat.narrow(0, 0, 1);
        fixed (byte* start = first.bytes, address = one.bytes)
        {
            var length = read.numel() * read.element_size();
            // Copies lie elsewhere.
            if (address >= start && address + length <= start + mapping.numel())
                MappedMemory.Release((nint)address, length);
        }
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
            mapping = from_file(Path, shared: false, size: File.SizeBytes, dtype: ScalarType.Byte).DetachFromDisposeScope();
        }
        catch (ExternalException)
        {
            // Little memory to promise, or a file system without mappings: copying still works.
            isMappable = false;
        }
        return mapping;
    }

    private unsafe Tensor Copy(TensorPlace place)
    {
        const long chunk = 1 << 30;
        var flat = empty(place.Length, ScalarType.Byte);
        var from = File.Pointer(place);
        for (var at = 0L; at < place.Length; at += chunk)
        {
            var length = Math.Min(chunk, place.Length - at);
            using var part = flat.narrow(0, at, length);
            new ReadOnlySpan<byte>(from + at, (int)length).CopyTo(part.bytes);
        }
        return flat;
    }
}
