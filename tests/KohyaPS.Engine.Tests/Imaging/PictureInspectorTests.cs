using KohyaPS.Engine.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace KohyaPS.Engine.Tests.Imaging;

public sealed class PictureInspectorTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("inspect").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Alpha_is_reported_from_its_least_to_its_greatest_value()
    {
        using var picture = new Image<Rgba32>(40, 30, new Rgba32(200, 10, 10, 90));
        picture[3, 4] = new Rgba32(0, 0, 0, 7);
        picture.SaveAsPng(At("a.png"));
        var facts = Inspect("a.png");
        Assert.Equal((null, (byte)7, (byte)90), (facts.Fault, facts.LowestAlpha, facts.HighestAlpha));
    }

    [Fact]
    public void Hidden_colours_of_transparent_pixels_do_not_count_in_the_thumbnail()
    {
        using var red = new Image<Rgba32>(32, 32, new Rgba32(255, 0, 0, 0));
        red.SaveAsPng(At("a.png"));
        Assert.All(Inspect("a.png").Thumbnail, level => Assert.Equal(255, level));
    }

    [Fact]
    public void A_picture_that_is_cut_short_is_a_fault_that_names_the_file()
    {
        using (var picture = Pattern(1))
            picture.SaveAsPng(At("a.png"));
        var bytes = File.ReadAllBytes(At("a.png"));
        File.WriteAllBytes(At("a.png"), bytes[..(bytes.Length / 2)]);
        Assert.Contains("a.png", Inspect("a.png").Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_smaller_and_compressed_copy_is_nearly_the_same_picture_and_another_one_is_not()
    {
        using (var picture = Pattern(1))
        {
            picture.SaveAsPng(At("a.png"));
            picture.Mutate(p => p.Resize(200, 200));
            picture.SaveAsJpeg(At("b.jpg"));
        }
        using (var other = Pattern(2))
            other.SaveAsPng(At("c.png"));

        var config = new LoraConfig();
        var dataset = DatasetReader.Read(new DatasetSource { Subsets = [new() { Folder = root, ClassTokens = "x" }] }, TestContext.Current.CancellationToken);
        var findings = new DatasetLinter(new PictureInspector()).Check(config, [dataset], null, TestContext.Current.CancellationToken);

        Assert.Equal([At("a.png"), At("b.jpg")], Assert.Single(findings, f => f.Id == DatasetFindingId.NearDuplicateImage).Items);
    }

    private PictureFacts Inspect(string name)
    {
        var subset = new DatasetSubset { Folder = root };
        return new PictureInspector().Inspect(new(At(name), subset, default, new("", CaptionSource.None)));
    }

    private string At(string name) => Path.Combine(root, name);

    // Broad waves of colour, as photos have them after blurring.
    private static Image<Rgb24> Pattern(int seed)
    {
        var picture = new Image<Rgb24>(400, 400);
        for (var y = 0; y < 400; y++)
            for (var x = 0; x < 400; x++)
                picture[x, y] = new(Wave(x * seed, 90), Wave(y + x * seed, 130), Wave(y * seed, 70));
        return picture;
    }

    private static byte Wave(int at, double length) => (byte)(127 + 100 * Math.Sin(at / length));
}
