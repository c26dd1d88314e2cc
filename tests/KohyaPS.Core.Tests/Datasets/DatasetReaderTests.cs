using System.Text;
using KohyaPS.Datasets;

namespace KohyaPS.Core.Tests.Datasets;

public sealed class DatasetReaderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("kohyaps-reader").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    // The start of a PNG is all that a scan reads.
    private string Picture(string name, int width = 40, int height = 30)
    {
        byte[] header = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, (byte)(width >> 8), (byte)width,
            0, 0, (byte)(height >> 8), (byte)height, 8, 2, 0, 0, 0, 0, 0, 0, 0];
        return Write(name, header);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private TrainingDataset Read(SubsetSettings? settings = null) => DatasetReader.Read(new DatasetSource { ImageFolder = root, Settings = settings ?? new() });

    [Fact]
    public void A_folder_name_says_repeats_and_class_tokens()
    {
        Picture("10_shs dog/a.png");
        var subset = Assert.Single(Read().Subsets);
        Assert.Equal((10, "shs dog", "shs dog"), (subset.Repeats, subset.ClassTokens, subset.Images[0].Caption.Text));
        Assert.Equal(new ImageSize(40, 30), subset.Images[0].Size);
    }

    [Fact]
    public void Caption_files_are_found_by_the_extension_that_covers_more_pictures()
    {
        Picture("1_x/a.png");
        Picture("1_x/b.png");
        Write("1_x/a.caption", "from caption"u8.ToArray());
        Write("1_x/b.caption", "from caption"u8.ToArray());
        Write("1_x/a.txt", "from txt"u8.ToArray());
        Assert.All(Read().Images, image => Assert.Equal("from caption", image.Caption.Text));
        Assert.Equal("from txt", Read(new() { CaptionExtension = "txt" }).Images.First().Caption.Text);
    }

    [Fact]
    public void Files_are_read_anew_each_time()
    {
        Picture("1_x/a.png");
        Assert.Equal(1, Read().ImageCount);
        Picture("1_x/b.png", 64, 64);
        Assert.Equal(2, Read().ImageCount);
    }

    [Fact]
    public void A_picture_that_is_none_comes_back_with_a_fault_and_stops_the_training()
    {
        var path = Write("1_x/page.jpg", "<!DOCTYPE html><html>"u8.ToArray());
        var dataset = Read();
        Assert.Contains(path, dataset.Images.Single().Fault, StringComparison.Ordinal);
        Assert.Contains("page.jpg", Assert.Throws<DatasetException>(dataset.EnsureTrainable).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_beyond_the_pixel_limit_is_refused_before_anything_is_allocated()
    {
        Picture("1_x/bomb.png", 60000, 60000);
        Assert.Contains("too large", Read().Images.Single().Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caption_in_another_encoding_names_its_file_and_the_first_bad_byte()
    {
        Picture("1_x/a.png");
        var path = Write("1_x/a.txt", Encoding.Latin1.GetBytes("caf\u00e9"));
        var fault = Read().Images.Single().Caption.Fault;
        Assert.Contains(path, fault, StringComparison.Ordinal);
        Assert.Contains("byte 3 ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_caption_file_is_refused()
    {
        Picture("1_x/a.png");
        Write("1_x/a.txt", new byte[CaptionFile.MaxBytes + 1]);
        Assert.Contains("1 MiB", Read().Images.Single().Caption.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_says_what_belongs_there()
    {
        Directory.CreateDirectory(Path.Combine(root, "dog"));
        var message = Assert.Throws<DatasetException>(Read().EnsureTrainable).Message;
        Assert.Contains("10_mydog", message, StringComparison.Ordinal);
        Assert.Contains(root, message, StringComparison.Ordinal);
    }
}
