using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using System.Text;
using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;

namespace KohyaPS.Pickles;

/// <summary>
/// A file that PyTorch's save wrote (.ckpt, .pt, .pth, .bin), memory-mapped. Loading such a file in Python can run any program; this reader
/// only ever makes tensors, and refuses a file that names something harmful.
/// </summary>
internal sealed unsafe class PickleFile : ITensorFile
{
    // What tensors may take in memory beyond what the file holds: views may show one number many times.
    private const int SpareBytes = 16 << 20;
    private const int MostShares = 4;

    private readonly MemoryMappedFile mapping;
    private readonly MemoryMappedViewAccessor view;
    private readonly PickleContents contents;
    private readonly Dictionary<string, SafetensorsDeclaration> byName;
    private readonly Dictionary<string, long> storages;
    private byte* start;

    private PickleFile(string path, FileStream stream)
    {
        Path = path;
        SizeBytes = stream.Length;
        mapping = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = mapping.CreateViewAccessor(0, SizeBytes, MemoryMappedFileAccess.Read);
        byte* mapped = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref mapped);
        start = mapped + view.PointerOffset;
        try
        {
            var builder = new PickleBuilder();
            var isArchive = new ReadOnlySpan<byte>(start, (int)Math.Min(SizeBytes, 4)).SequenceEqual("PK\u0003\u0004"u8);
            (contents, storages) = isArchive ? ReadArchive(builder) : ReadStream(builder);
            Placeholders = builder.Placeholders;
            Tensors = [.. contents.Names.Select(n => new SafetensorsDeclaration(n, contents.Tensors[n].Dtype, contents.Tensors[n].Shape))];
            byName = Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
            RefuseBombs();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public long SizeBytes { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SafetensorsDeclaration> Tensors { get; }

    /// <summary>Empty: the format has no metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Epochs trained, where the file says it.</summary>
    public long? Epoch => contents.Epoch;

    /// <inheritdoc/>
    public long? GlobalStep => contents.GlobalStep;

    /// <summary>Names of classes whose objects were left out.</summary>
    public IReadOnlyList<string> Placeholders { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">It is damaged, unsupported or hostile; the message names the fault and the cure.</exception>
    public static PickleFile Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new CheckpointFormatException($"'{full}' is a folder; a file is expected here. Give the path of the file in it.");
        if (!File.Exists(full))
            throw new FileNotFoundException($"There is no file '{full}'. Check the path and the spelling of the name.", full);
        var stream = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            RefuseForeign(full, stream);
            return new(full, stream);
        }
        catch (PickleFormatException e)
        {
            stream.Dispose();
            throw new CheckpointFormatException(
                e.Hostile is { } hostile
                    ? $"'{full}' names '{hostile}', by which a file can act on the computer that opens it. Nothing of it was run. Do not use this file: delete it, and get the .safetensors version of the model."
                    : $"'{full}' is not a usable PyTorch file: {e.Message}. Get the .safetensors version of the model, or copy the file again.", e);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryFind(string name, [NotNullWhen(true)] out SafetensorsDeclaration? tensor) => byName.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public TensorPlace Locate(string name)
    {
        var tensor = Find(name);
        var bytes = tensor.Dtype.ToBits() / 8;
        return new(storages[tensor.Storage.Key] + (tensor.Offset * bytes), tensor.Extent * bytes, tensor.IsContiguous ? null : tensor.Strides);
    }

    /// <inheritdoc/>
    public byte* Pointer(TensorPlace place)
    {
        ObjectDisposedException.ThrowIf(start is null, this);
        return place.Offset >= 0 && place.Length >= 0 && place.Offset <= SizeBytes - place.Length ? start + place.Offset : throw new ArgumentOutOfRangeException(nameof(place));
    }

    /// <inheritdoc/>
    public void CopyTo(string name, Stream target)
    {
        const int chunk = 64 << 20;
        var place = Locate(name);
        var from = Pointer(place);
        if (place.Strides is not null)
        {
            target.Write(ReadBytes(Find(name), from));
            return;
        }
        for (var at = 0L; at < place.Length; at += chunk)
            target.Write(new ReadOnlySpan<byte>(from + at, (int)Math.Min(chunk, place.Length - at)));
    }

    /// <inheritdoc/>
    public float[] ReadFloats(string name)
    {
        var tensor = Find(name);
        var bytes = ReadBytes(tensor, Pointer(Locate(name)));
        var values = new float[tensor.ElementCount];
        return FloatConversion.TryConvert(bytes, tensor.Dtype, values)
            ? values
            : throw new CheckpointFormatException($"The tensor '{name}' of '{Path}' has the dtype {tensor.Dtype.ToName()}, which cannot be read as numbers here.");
    }

    /// <summary>Unmaps and closes the file.</summary>
    public void Dispose()
    {
        if (start is null)
            return;
        start = null;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        mapping.Dispose();
    }

    private static byte[] ReadBytes(PickleTensor tensor, byte* first)
    {
        int size = tensor.Dtype.ToBits() / 8, count = checked((int)tensor.ElementCount);
        var bytes = new byte[count * size];
        if (tensor.IsContiguous)
        {
            new ReadOnlySpan<byte>(first, bytes.Length).CopyTo(bytes);
            return bytes;
        }
        var index = new long[tensor.Shape.Length];
        for (var i = 0; i < count; i++)
        {
            var at = 0L;
            for (var d = 0; d < index.Length; d++)
                at += index[d] * tensor.Strides[d];
            new ReadOnlySpan<byte>(first + (at * size), size).CopyTo(bytes.AsSpan(i * size));
            for (var d = index.Length - 1; d >= 0 && ++index[d] == tensor.Shape[d]; d--)
                index[d] = 0;
        }
        return bytes;
    }

    private static void RefuseForeign(string path, FileStream stream)
    {
        var probe = new byte[(int)Math.Min(ForeignFile.ProbeBytes, stream.Length)];
        stream.ReadExactly(probe);
        stream.Position = 0;
        var isPickle = probe.Length > 1 && (probe.AsSpan().StartsWith("PK\u0003\u0004"u8) || probe[0] == 0x80);
        if (isPickle)
            return;
        if (ForeignFile.Explain(probe, stream.Length) is { } foreign)
            throw new CheckpointFormatException($"'{path}' {foreign}");
        if (probe.Length > 262 && Encoding.ASCII.GetString(probe, 257, 5) == "ustar")
            throw new PickleFormatException("it is a tar file, as torch before 0.1.10 wrote them");
        throw new PickleFormatException("it begins with neither a ZIP header nor a pickle");
    }

    private (PickleContents, Dictionary<string, long>) ReadArchive(PickleBuilder builder)
    {
        var archive = new PickleArchive(start, SizeBytes);
        var pickle = archive.Pickled;
        var found = PickleContents.Of(PickleMachine.Run(new PickleCursor(start + pickle.Offset, pickle.Length), builder));
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var storage in builder.Storages)
        {
            var entry = archive.Find($"data/{storage.Key}") ?? throw new PickleFormatException($"the data of storage '{storage.Key}' are missing");
            if (entry.Length != storage.Length)
                throw new PickleFormatException($"the storage '{storage.Key}' has {entry.Length} bytes instead of {storage.Length}");
            places[storage.Key] = entry.Offset;
        }
        return (found, places);
    }

    private (PickleContents, Dictionary<string, long>) ReadStream(PickleBuilder builder)
    {
        var cursor = new PickleCursor(start, SizeBytes);
        var (root, places) = LegacyPickle.Read(cursor, builder);
        return (PickleContents.Of(root), places);
    }

    private void RefuseBombs()
    {
        var total = (Int128)0;
        foreach (var tensor in contents.Tensors.Values)
        {
            var bytes = (Int128)tensor.ElementCount * tensor.Dtype.ToBits() / 8;
            total += bytes;
            if (bytes > SizeBytes + SpareBytes)
                throw new PickleFormatException($"a tensor in it has {tensor.ElementCount} elements, far more than the file holds");
        }
        if (total > ((Int128)MostShares * SizeBytes) + SpareBytes)
            throw new PickleFormatException("its tensors show the same numbers so often that they would fill the memory");
    }

    private PickleTensor Find(string name) => contents.Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new CheckpointFormatException($"'{Path}' has no tensor '{name}'. It may be of another kind of model, or incomplete; check that it is the file you meant.");
}
