using KohyaPS.Safetensors;

namespace KohyaPS.Core.Tests.Safetensors;

/// <summary>The hostile files are golden cases (family models); here is what users meet.</summary>
public sealed class SafetensorsFileTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    public static TheoryData<string, byte[], string, string> Foreign => new()
    {
        { "page", "<!DOCTYPE html><html><body>Please log in</body></html>"u8.ToArray(), "web page", "sign in" },
        { "page after a blank line", "\r\n<html>"u8.ToArray(), "web page", "sign in" },
        { "pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"u8.ToArray(), "Git LFS pointer", "git lfs pull" },
        { "zip", [0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0], "zip archive", ".safetensors version" },
        { "pickle", [0x80, 2, 0x7d, 0x71, 0, 0, 0, 0, 0, 0], "pickle", ".safetensors version" },
        { "empty", [], "empty", "again" },
        { "zeros", new byte[4096], "only zeros", "again" },
        { "json", "{\"error\":\"Access denied\"}"u8.ToArray(), "error answer", "Sign in" },
        { "short", [1, 2, 3], "shorter than", "again" },
        { "text", "This is no model at all, but some text."u8.ToArray(), "announce a header", "another format" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void What_is_no_safetensors_file_is_named_with_its_cure(string name, byte[] content, string finding, string cure)
    {
        var path = scratch.Write("model.safetensors", content);
        var error = Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(finding, error.Message, StringComparison.Ordinal);
        Assert.Contains(cure, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void A_download_that_broke_off_says_how_much_is_missing()
    {
        var path = scratch.File("model.safetensors");
        new SafetensorsWriter([new("w", SafetensorsDtype.F32, [100])]).Write(path, (_, target) => target.Write(new byte[400]));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^150]);
        var error = Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(path));
        Assert.Contains("cut short", error.Message, StringComparison.Ordinal);
        Assert.Contains("400", error.Message, StringComparison.Ordinal);
        Assert.Contains("250", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_told_apart()
    {
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(scratch.File("nowhere.safetensors")));
        Assert.Contains("folder", Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(scratch.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_number_types_read_as_floats()
    {
        var path = scratch.File("numbers.safetensors");
        var content = new Dictionary<string, (SafetensorsDtype Dtype, byte[] Bytes, float Value)>
        {
            ["f64"] = (SafetensorsDtype.F64, BitConverter.GetBytes(1.5), 1.5f),
            ["f16"] = (SafetensorsDtype.F16, BitConverter.GetBytes((Half)(-0.25f)), -0.25f),
            ["bf16"] = (SafetensorsDtype.BF16, [0xc0, 0x3f], 1.5f),                       // upper half of 0x3fc00000
            ["e4m3"] = (SafetensorsDtype.F8E4M3, [0x7e], 448f),                           // largest finite value
            ["e4m3 small"] = (SafetensorsDtype.F8E4M3, [0x81], -MathF.Pow(2, -9)),        // smallest subnormal
            ["e5m2"] = (SafetensorsDtype.F8E5M2, [0x7b], 57344f),
            ["i8"] = (SafetensorsDtype.I8, [0xff], -1f),
            ["u16"] = (SafetensorsDtype.U16, [0xff, 0xff], 65535f),
            ["i64"] = (SafetensorsDtype.I64, BitConverter.GetBytes(-7L), -7f),
            ["bool"] = (SafetensorsDtype.Bool, [1], 1f),
        };
        new SafetensorsWriter(content.Select(c => new SafetensorsDeclaration(c.Key, c.Value.Dtype, [1]))).Write(path, (entry, target) => target.Write(content[entry.Name].Bytes));
        using var file = SafetensorsFile.Open(path);
        Assert.All(content, c => Assert.Equal([c.Value.Value], file.ReadFloats(c.Key)));
    }

    [Fact]
    public void After_closing_the_file_can_be_deleted_and_the_bytes_are_gone()
    {
        var path = scratch.File("model.safetensors");
        new SafetensorsWriter([new("w", SafetensorsDtype.U8, [1])]).Write(path, (_, target) => target.WriteByte(1));
        var file = SafetensorsFile.Open(path);
        var entry = file["w"];
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Bytes(entry).Length);
        File.Delete(path);
    }

    public void Dispose() => scratch.Dispose();
}
