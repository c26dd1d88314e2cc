using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using KohyaPS.Files;
using KohyaPS.Safetensors;

namespace KohyaPS.Pickles;

/// <summary>
/// Writes tensors as PyTorch's save does: a ZIP file with a pickle of protocol 2 that names the tensors, and one entry of plain bytes for each.
/// </summary>
internal sealed class PickleWriter
{
    private const string Root = "archive/";
    private const int Protocol = 2;
    private readonly IReadOnlyList<SafetensorsDeclaration> tensors;
    private readonly byte[] pickle;

    /// <summary>Lays out a file whose object is the dictionary of tensors itself.</summary>
    /// <param name="tensors">Every tensor, in the order of the file.</param>
    public PickleWriter(IReadOnlyList<SafetensorsDeclaration> tensors)
    {
        this.tensors = tensors;
        pickle = Build(output => WriteTensors(output));
    }

    /// <summary>Lays out a checkpoint: the tensors under <c>state_dict</c>, and how far the training had come.</summary>
    /// <inheritdoc cref="PickleWriter(IReadOnlyList{SafetensorsDeclaration})"/>
    /// <param name="tensors">Every tensor, in the order of the file.</param>
    /// <param name="epoch">Epochs trained, where that is known.</param>
    /// <param name="globalStep">Steps trained, where that is known.</param>
    public PickleWriter(IReadOnlyList<SafetensorsDeclaration> tensors, long? epoch, long? globalStep)
    {
        this.tensors = tensors;
        pickle = Build(output =>
        {
            output.Write("}("u8);
            WriteText(output, "state_dict");
            WriteTensors(output);
            foreach (var (name, count) in new[] { ("epoch", epoch), ("global_step", globalStep) })
            {
                if (count is not { } known)
                    continue;
                WriteText(output, name);
                WriteInteger(output, known);
            }
            output.WriteByte((byte)'u');
        });
    }

    /// <summary>Writes the file beside its target, flushes it to the disk, and renames it; a failure leaves nothing behind.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="source">Called once for each tensor, in order; writes its little-endian, row-major bytes.</param>
    public void Write(string path, Action<SafetensorsDeclaration, Stream> source) => AtomicFile.Write(path, stream =>
    {
        var zip = new StoredZipWriter(stream);
        zip.Add(Root + "data.pkl", pickle.Length, entry => entry.Write(pickle));
        zip.Add(Root + "byteorder", 6, entry => entry.Write("little"u8));
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            zip.Add(Root + "data/" + Key(i), Length(tensor), entry => source(tensor, entry));
        }
        zip.Add(Root + "version", 2, entry => entry.Write("3\n"u8));
        zip.Finish();
    });

    private static byte[] Build(Action<MemoryStream> write)
    {
        var output = new MemoryStream();
        output.Write([0x80, Protocol]);
        write(output);
        output.WriteByte((byte)'.');
        return output.ToArray();
    }

    private static string Key(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static long Length(SafetensorsDeclaration tensor) => tensor.ElementCount * tensor.Dtype.ToBits() / 8;

    private void WriteTensors(MemoryStream output)
    {
        output.Write("}("u8);
        for (var i = 0; i < tensors.Count; i++)
        {
            WriteText(output, tensors[i].Name);
            WriteTensor(output, tensors[i], Key(i));
        }
        output.WriteByte((byte)'u');
    }

    // _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks); types without a class of storages need version 3, which names them.
    private static void WriteTensor(MemoryStream output, SafetensorsDeclaration tensor, string key)
    {
        var storage = PickleGlobals.StorageName(tensor.Dtype);
        WriteGlobal(output, "torch._utils", storage is null ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
        output.WriteByte((byte)'(');
        output.WriteByte((byte)'(');
        WriteText(output, "storage");
        if (storage is null)
            WriteGlobal(output, "torch.storage", "UntypedStorage");
        else
            WriteGlobal(output, "torch", storage);
        WriteText(output, key);
        WriteText(output, "cpu");
        WriteInteger(output, storage is null ? Length(tensor) : tensor.ElementCount);
        output.Write("tQ"u8);
        WriteInteger(output, 0);
        WriteTuple(output, tensor.Shape);
        var strides = new long[tensor.Shape.Count];
        for (var (d, step) = (strides.Length - 1, 1L); d >= 0; step *= Math.Max(1, tensor.Shape[d--]))
            strides[d] = step;
        WriteTuple(output, strides);
        output.WriteByte(0x89);
        WriteGlobal(output, "collections", "OrderedDict");
        output.Write(")R"u8);
        if (storage is null)
            WriteGlobal(output, "torch", PickleGlobals.DtypeName(tensor.Dtype));
        output.Write("tR"u8);
    }

    private static void WriteTuple(MemoryStream output, IReadOnlyList<long> values)
    {
        output.WriteByte((byte)'(');
        foreach (var value in values)
            WriteInteger(output, value);
        output.WriteByte((byte)'t');
    }

    private static void WriteGlobal(MemoryStream output, string module, string name) => output.Write(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));

    private static void WriteText(MemoryStream output, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        output.WriteByte((byte)'X');
        output.Write(length);
        output.Write(bytes);
    }

    private static void WriteInteger(MemoryStream output, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        var (code, count) = value switch
        {
            >= 0 and <= byte.MaxValue => ("K", 1),
            >= 0 and <= ushort.MaxValue => ("M", 2),
            >= int.MinValue and <= int.MaxValue => ("J", 4),
            _ => ("\u008a\u0008", 8),
        };
        output.Write(Encoding.Latin1.GetBytes(code));
        output.Write(bytes[..count]);
    }
}
