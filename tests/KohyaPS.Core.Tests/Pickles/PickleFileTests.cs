using System.IO.Compression;
using System.Text;
using KohyaPS.Pickles;
using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;

namespace KohyaPS.Core.Tests.Pickles;

public sealed class PickleFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kohyaps-").FullName;

    private string Target => Path.Combine(folder, "model.ckpt");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_again_with_its_steps()
    {
        SafetensorsDeclaration[] tensors =
        [
            new("plain", SafetensorsDtype.F32, [2, 3]), new("scalar", SafetensorsDtype.I64, []), new("empty", SafetensorsDtype.F16, [0, 7]), new("small", SafetensorsDtype.F8E4M3, [2]),
        ];
        new PickleWriter(tensors, epoch: 3, globalStep: 70000).Write(Target, (tensor, stream) => stream.Write(Bytes(tensor)));

        using var file = PickleFile.Open(Target);

        Assert.Equal([.. tensors.Select(t => t.Name)], file.Tensors.Select(t => t.Name));
        Assert.Equal([1f, 2, 3, 4, 5, 6], file.ReadFloats("plain"));
        Assert.Equal([258f], file.ReadFloats("scalar"));
        Assert.Equal([1f, 0.5f], file.ReadFloats("small"));
        Assert.Equal((3, 70000), (file.Epoch, file.GlobalStep));
        Assert.Empty(file.Placeholders);
    }

    [Fact]
    public void Other_programs_find_the_entries_whole_and_aligned()
    {
        new PickleWriter([new("w", SafetensorsDtype.F32, [2, 3])]).Write(Target, (tensor, stream) => stream.Write(Bytes(tensor)));

        using var zip = ZipFile.OpenRead(Target);

        Assert.Equal(["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/version"], zip.Entries.Select(e => e.FullName));
        foreach (var entry in zip.Entries)
        {
            // Reading to the end checks the sum.
            using var content = entry.Open();
            content.CopyTo(Stream.Null);
        }
        using var file = PickleFile.Open(Target);
        Assert.Equal(0, file.Locate("w").Offset % 64);
    }

    [Theory]
    [InlineData("cos\nsystem\n(X\u0002\0\0\0lstR.", "os.system")]
    [InlineData("cbuiltins\neval\n(X\u0002\0\0\0lstR.", "builtins.eval")]
    [InlineData("ctorch\nos.system\n.", "torch.os.system")]
    [InlineData("cnumpy\nload\n.", "numpy.load")]
    public void A_file_that_names_something_harmful_is_refused_by_that_name(string pickle, string name)
    {
        var refusal = Refusal(pickle);
        Assert.Contains(name, refusal, StringComparison.Ordinal);
        Assert.Contains("Do not use this file", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_file_that_would_fill_the_memory_is_refused()
    {
        Assert.Contains("more than 2000000 objects", Refusal("N" + new string('\u0094', 2_000_001) + "."), StringComparison.Ordinal);
        // A dictionary in a dictionary in ..., each under the one name of a megabyte.
        const int depth = 100;
        var name = "X\0\0\u0010\0" + new string('k', 1 << 20) + "q\u0001";
        Assert.Contains("names", Refusal(name + string.Concat(Enumerable.Repeat("}h\u0001", depth)) + "}" + new string('s', depth) + "."), StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_archive_is_refused()
    {
        using (var zip = ZipFile.Open(Target, ZipArchiveMode.Create))
        using (var entry = zip.CreateEntry("archive/data.pkl", CompressionLevel.SmallestSize).Open())
            entry.Write(new byte[100_000]);
        Assert.Contains("compressed", Assert.Throws<CheckpointFormatException>(() => PickleFile.Open(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_safetensors_file_under_another_name_is_read_as_what_it_is()
    {
        new SafetensorsWriter([new("w", SafetensorsDtype.F32, [2, 3])]).Write(Target, (entry, stream) => stream.Write(Bytes(entry)));
        using var file = AnyTensorFile.Open(Target);
        Assert.Equal([1f, 2, 3, 4, 5, 6], file.ReadFloats("w"));
    }

    private static byte[] Bytes(SafetensorsDeclaration tensor) => tensor.Name switch
    {
        "scalar" => [2, 1, 0, 0, 0, 0, 0, 0],
        "small" => [0x38, 0x30],
        "empty" => [],
        _ => System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(new float[] { 1, 2, 3, 4, 5, 6 }).ToArray(),
    };

    private string Refusal(string pickle)
    {
        File.Delete(Target);
        WriteZip(("archive/data.pkl", pickle));
        return Assert.Throws<CheckpointFormatException>(() => AnyTensorFile.Open(Target)).Message;
    }

    private void WriteZip(params (string Name, string Content)[] entries)
    {
        using var zip = ZipFile.Open(Target, ZipArchiveMode.Create);
        foreach (var (name, content) in entries)
        {
            using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(Encoding.Latin1.GetBytes(content));
        }
    }
}
