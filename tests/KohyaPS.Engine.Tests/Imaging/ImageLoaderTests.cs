using KohyaPS.Datasets;
using KohyaPS.Engine.Imaging;
using KohyaPS.Engine.Imaging.Resizing;
using KohyaPS.Randomness;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Imaging;

public sealed class ImageLoaderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("kohyaps-imaging").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private RegisteredImage Registered(Image image, string name, BucketsSettings buckets, SubsetSettings? settings = null)
    {
        var folder = Path.Combine(root, "1_x");
        Directory.CreateDirectory(folder);
        image.Save(Path.Combine(folder, name));
        image.Dispose();
        return BucketedDataset.Create(DatasetReader.Read(new DatasetSource { ImageFolder = root, Buckets = buckets, Settings = settings ?? new() })).Images.Single();
    }

    private static Tensor Load(RegisteredImage image)
    {
        using var sample = ImageLoader.LoadSample(image, draws: null);
        return ImageLoader.ToTensor(sample.Pixels);
    }

    // Left half red, right half blue.
    private static Image<Rgba32> Halves(int width, int height)
    {
        var image = new Image<Rgba32>(width, height, new Rgba32(255, 0, 0));
        image.ProcessPixelRows(rows =>
        {
            for (var y = 0; y < height; y++)
                rows.GetRowSpan(y)[(width / 2)..].Fill(new Rgba32(0, 0, 255));
        });
        return image;
    }

    [Fact]
    public void Pixels_come_at_the_size_of_the_bucket_from_minus_one_to_one()
    {
        var registered = Registered(Halves(300, 200), "a.png", new() { Resolution = new(128, 128), MinBucketReso = 64, BucketNoUpscale = false });
        using var pixels = Load(registered);
        var bucket = registered.Assignment.Bucket;
        Assert.Equal([1, 3, bucket.Height, bucket.Width], pixels.shape);
        Assert.Equal((1f, -1f), (pixels[0, 0, 5, 5].ToSingle(), pixels[0, 2, 5, 5].ToSingle()));
    }

    [Fact]
    public void A_mirrored_sample_is_the_mirror_image()
    {
        var registered = Registered(Halves(128, 128), "a.png", new() { Resolution = new(128, 128), MinBucketReso = 64 }, new() { FlipAug = true });
        var seen = Enumerable.Range(0, 20).Select(ordinal =>
        {
            using var sample = ImageLoader.LoadSample(registered, new SampleDraws(new RandomSource(1, DrawPurpose.Augmentation, 1, ordinal)));
            return (sample.IsFlipped, LeftIsRed: sample.Pixels.Row(0)[0] == 255);
        }).ToList();
        Assert.All(seen, s => Assert.NotEqual(s.IsFlipped, s.LeftIsRed));
        Assert.Equal(2, seen.Distinct().Count());
    }

    [Fact]
    public void Transparent_pixels_are_laid_over_white_by_default()
    {
        var registered = Registered(new Image<Rgba32>(64, 64, new Rgba32(0, 0, 0, 0)), "a.png", new() { Resolution = new(64, 64), MinBucketReso = 64 });
        using var pixels = Load(registered);
        Assert.Equal(1f, pixels.min().ToSingle());
    }

    [Fact]
    public void A_very_long_picture_costs_no_more_than_its_bucket()
    {
        using var picture = new PixelBuffer(20_000, 1, 3);
        picture.Pixels.Fill(100);
        // The whole would be 5,120,000 x 256 pixels: 3.9 GB.
        using var cut = PictureResizer.Resize(picture, new(5_120_000, 256), new(2_559_000, 0, 512, 256), filter: null);
        Assert.Equal(new ImageSize(512, 256), cut.Size);
        Assert.All(cut.Pixels.ToArray(), level => Assert.Equal(100, level));
    }

    [Fact]
    public void A_window_of_a_resized_picture_equals_the_window_of_the_whole()
    {
        using var picture = new PixelBuffer(97, 61, 3);
        new Random(3).NextBytes(picture.Pixels);
        foreach (var filter in Enum.GetValues<ResizeInterpolation>())
            foreach (var size in new[] { new ImageSize(50, 40), new ImageSize(150, 90), new ImageSize(60, 90) })
            {
                using var whole = PictureResizer.Resize(picture, size, PixelWindow.Whole(size), filter);
                using var window = PictureResizer.Resize(picture, size, new(7, 5, 30, 31), filter);
                for (var y = 0; y < 31; y++)
                    Assert.True(whole.Row(y + 5).Slice(21, 90).SequenceEqual(window.Row(y)), $"{filter} to {size}, row {y}");
            }
    }

    [Fact]
    public void A_jpeg_that_is_cut_short_is_refused_by_name()
    {
        var path = Path.Combine(root, "cut.jpg");
        using (var image = Halves(64, 64))
            image.Save(path);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^20]);
        Assert.Contains("cut.jpg", Assert.Throws<DatasetException>(() => ImageDecoder.Decode(path, new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_source_picture_is_not_touched()
    {
        var registered = Registered(Halves(96, 64), "a.png", new() { Resolution = new(64, 64), MinBucketReso = 64, BucketNoUpscale = false });
        var before = File.ReadAllBytes(registered.Image.Path);
        Load(registered).Dispose();
        Assert.Equal(before, File.ReadAllBytes(registered.Image.Path));
    }
}
