using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;
using KohyaPS.TensorFiles;

namespace KohyaPS.Safetensors;

/// <summary>
/// A safetensors file, memory-mapped for reading. Opening reads and checks the header only; the data is paged in when it is touched.
/// The spans and pointers of this type end with <see cref="Dispose"/>.
/// </summary>
public sealed unsafe class SafetensorsFile : ITensorFile
{
    private readonly Dictionary<string, SafetensorsEntry> byName;
    private readonly MemoryMappedFile mapping;
    private readonly MemoryMappedViewAccessor view;
    private byte* data;

    private SafetensorsFile(string path, FileStream stream, long dataOffset, SafetensorsHeader header)
    {
        Path = path;
        DataOffset = dataOffset;
        Entries = header.Entries;
        Metadata = header.Metadata;
        byName = header.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        DataLength = stream.Length - dataOffset;
        mapping = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = mapping.CreateViewAccessor(0, dataOffset + DataLength, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        data = start + view.PointerOffset + dataOffset;
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The free text of the header; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Where the data region begins in the file: 8 + the header's length.</summary>
    public long DataOffset { get; }

    /// <summary>Bytes of the data region.</summary>
    public long DataLength { get; }

    /// <inheritdoc/>
    long ITensorFile.SizeBytes => DataOffset + DataLength;

    /// <inheritdoc/>
    IReadOnlyList<SafetensorsDeclaration> ITensorFile.Tensors => Entries;

    /// <inheritdoc/>
    long? ITensorFile.GlobalStep => null;

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="CheckpointFormatException">There is none.</exception>
    public SafetensorsEntry this[string name] => TryGet(name, out var entry)
        ? entry
        : throw new CheckpointFormatException($"'{Path}' has no tensor '{name}'. It may be of another kind of model, or incomplete; check that it is the file you meant.");

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">It is no safetensors file, damaged, or hostile; the message names the fault and the cure.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new CheckpointFormatException($"'{full}' is a folder; a .safetensors file is expected here. Give the path of the file in it.");
        if (!File.Exists(full))
            throw new FileNotFoundException($"There is no file '{full}'. Check the path and the spelling of the name.", full);
        var stream = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            var header = ReadHeader(stream, full, out var dataOffset);
            return new(full, stream, dataOffset, header);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Looks for a tensor by name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsEntry? entry) => byName.TryGetValue(name, out entry);

    /// <summary>The bytes of a tensor in the mapping, little-endian and row-major; they need not be aligned.</summary>
    /// <exception cref="CheckpointFormatException">The tensor is larger than a span can be (2 GiB); use <see cref="CopyTo"/>.</exception>
    public ReadOnlySpan<byte> Bytes(SafetensorsEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Length > int.MaxValue)
            throw new CheckpointFormatException($"The tensor '{entry.Name}' of '{Path}' has {entry.Length} bytes; tensors above 2 GiB must be read in pieces.");
        return new(Pointer(entry), (int)entry.Length);
    }

    /// <summary>Address of a tensor's first byte; valid until <see cref="Dispose"/>, read only, not necessarily aligned.</summary>
    public byte* Pointer(SafetensorsEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ObjectDisposedException.ThrowIf(data is null, this);
        if (!byName.TryGetValue(entry.Name, out var own) || own != entry)
            throw new ArgumentException($"The entry '{entry.Name}' is not of '{Path}'.", nameof(entry));
        return data + entry.Begin;
    }

    /// <summary>Writes the bytes of a tensor of any size to a stream.</summary>
    public void CopyTo(SafetensorsEntry entry, Stream target)
    {
        ArgumentNullException.ThrowIfNull(target);
        const int chunk = 64 << 20;
        var from = Pointer(entry);
        for (var at = 0L; at < entry.Length; at += chunk)
            target.Write(new ReadOnlySpan<byte>(from + at, (int)Math.Min(chunk, entry.Length - at)));
    }

    /// <summary>The values of a tensor as float32: halves, brain floats, 8-bit floats, doubles, integers and truth values are converted.</summary>
    /// <exception cref="CheckpointFormatException">There is no such tensor, or its type has no float32 value.</exception>
    public float[] ReadFloats(string name)
    {
        var entry = this[name];
        var values = new float[entry.ElementCount];
        if (!FloatConversion.TryConvert(Bytes(entry), entry.Dtype, values))
            throw new CheckpointFormatException($"The tensor '{name}' of '{Path}' has the dtype {entry.Dtype.ToName()}, which cannot be read as numbers here.");
        return values;
    }

    /// <inheritdoc/>
    bool ITensorFile.TryFind(string name, [NotNullWhen(true)] out SafetensorsDeclaration? tensor)
    {
        var isFound = byName.TryGetValue(name, out var entry);
        tensor = entry;
        return isFound;
    }

    /// <inheritdoc/>
    void ITensorFile.CopyTo(string name, Stream target) => CopyTo(this[name], target);

    /// <inheritdoc/>
    TensorPlace ITensorFile.Locate(string name) => new(DataOffset + this[name].Begin, this[name].Length);

    /// <inheritdoc/>
    byte* ITensorFile.Pointer(TensorPlace place)
    {
        ObjectDisposedException.ThrowIf(data is null, this);
        return data + (place.Offset - DataOffset);
    }

    /// <summary>Unmaps and closes the file.</summary>
    public void Dispose()
    {
        if (data is null)
            return;
        data = null;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        mapping.Dispose();
    }

    private static SafetensorsHeader ReadHeader(FileStream stream, string path, out long dataOffset)
    {
        var probe = new byte[(int)Math.Min(ForeignFile.ProbeBytes, stream.Length)];
        stream.ReadExactly(probe);
        CheckpointFormatException Refusal(string fault, string cure = "Download or copy the file again.", Exception? inner = null) =>
            new(ForeignFile.Explain(probe, stream.Length) is { } foreign
                ? $"'{path}' {foreign}"
                : $"'{path}' is not a usable safetensors file: {fault}. {cure}", inner);

        if (probe.Length < 8)
            throw Refusal("it is shorter than the 8 bytes that every such file begins with");
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(probe);
        if (headerLength is < 2 or > SafetensorsHeader.MaxHeaderBytes)
            throw Refusal($"its first 8 bytes announce a header of {headerLength} bytes", "It is of another format or damaged; get the .safetensors version of the model.");
        dataOffset = 8 + (long)headerLength;
        if (dataOffset > stream.Length)
            throw Refusal($"it is cut short inside its header ({stream.Length} of at least {dataOffset} bytes)");
        var json = new byte[(int)headerLength];
        stream.Position = 8;
        stream.ReadExactly(json);
        try
        {
            return SafetensorsHeader.Parse(json, stream.Length - dataOffset);
        }
        catch (FormatException e)
        {
            throw Refusal(e.Message, "Download or copy the file again; if it was made by a script, save it again.", e);
        }
    }
}
