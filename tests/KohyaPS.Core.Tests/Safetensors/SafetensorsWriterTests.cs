using System.Text;
using KohyaPS.Files;
using KohyaPS.Safetensors;

namespace KohyaPS.Core.Tests.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    private static SafetensorsDeclaration[] Declarations =>
    [
        new("b", SafetensorsDtype.F16, [2]),
        new("a.10", SafetensorsDtype.F32, [1, 2]),
        new("a.2", SafetensorsDtype.F32, []),
        new("z", SafetensorsDtype.I64, [1]),
        new("é", SafetensorsDtype.F16, [0, 3]),
    ];

    [Fact]
    public void Lays_wide_types_first_then_names_by_their_bytes()
    {
        var writer = new SafetensorsWriter(Declarations);
        Assert.Equal(["z", "a.10", "a.2", "b", "é"], writer.Entries.Select(e => e.Name));
    }

    [Fact]
    public void Writes_the_bytes_that_the_reference_library_writes()
    {
        using var stream = new MemoryStream();
        new SafetensorsWriter([new("w", SafetensorsDtype.U8, [2])], new Dictionary<string, string> { ["k\n\u0001\""] = "\\ü" })
            .Write(stream, (_, target) => target.Write([1, 2]));
        var header = "{\"__metadata__\":{\"k\\n\\u0001\\\"\":\"\\\\ü\"},\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}";
        var bytes = Encoding.UTF8.GetBytes(header);
        var padded = (bytes.Length + 7) / 8 * 8;
        byte[] expected = [.. BitConverter.GetBytes((ulong)padded), .. bytes, .. Enumerable.Repeat((byte)' ', padded - bytes.Length), 1, 2];
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var path = scratch.File("model.safetensors");
        new SafetensorsWriter(Declarations, new Dictionary<string, string> { ["title"] = "モデル" })
            .Write(path, (entry, target) => target.Write(Enumerable.Range(1, (int)entry.Length).Select(i => (byte)i).ToArray()));
        using var file = SafetensorsFile.Open(path);
        Assert.Equal("モデル", file.Metadata["title"]);
        Assert.Equal([1, 2, 3, 4], file.Bytes(file["b"]).ToArray());
        Assert.Equal([], file["a.2"].Shape);
        Assert.Equal(0, file["é"].Length);
        Assert.Equal(0, file.DataOffset % 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_tensor_of_the_wrong_length_is_refused_and_leaves_no_file(int length)
    {
        var path = scratch.File("model.safetensors");
        var writer = new SafetensorsWriter([new("w", SafetensorsDtype.U8, [2])]);
        Assert.Throws<InvalidOperationException>(() => writer.Write(path, (_, target) => target.Write(new byte[length])));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Path));
    }

    [Fact]
    public void A_disk_that_fills_up_leaves_the_old_file_as_it_was()
    {
        var path = scratch.Write("model.safetensors", "old");
        var writer = new SafetensorsWriter([new("w", SafetensorsDtype.U8, [1000])]);
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream => writer.Write(new FullDisk(stream, capacity: 500), (_, target) => target.Write(new byte[1000]))));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(scratch.Path));
    }

    [Fact]
    public void A_name_given_twice_is_refused() =>
        Assert.Throws<ArgumentException>(() => new SafetensorsWriter([new("w", SafetensorsDtype.U8, [1]), new("w", SafetensorsDtype.F16, [1])]));

    public void Dispose() => scratch.Dispose();

    private sealed class FullDisk(Stream inner, long capacity) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (inner.Length + count > capacity)
                throw new IOException("No space left on device");
            inner.Write(buffer, offset, count);
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
