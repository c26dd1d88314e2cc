using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>Whole trainings with masks beside the pictures (conditioning_data_dir).</summary>
[Collection(nameof(SmallTraining))]
public sealed class MaskTrainingTests : IDisposable
{
    private const int Side = 64;
    private readonly SmallTraining small = new(withPictures: false);

    public void Dispose() => small.Dispose();

    [Fact]
    public void A_mask_picture_counts_as_an_alpha_channel_with_the_same_values_does()
    {
        foreach (var name in new[] { "a", "b" })
        {
            Write($"opaque/{name}.png", (x, y) => Colour(name, x, y, 255));
            Write($"alpha/{name}.png", (x, y) => Colour(name, x, y, Weight(x)));
            Write($"masks/{name}.png", (x, _) => new(Weight(x), 9, 9, 255));
            small.Text($"opaque/{name}.txt", "robot");
            small.Text($"alpha/{name}.txt", "robot");
        }
        var whole = Train("opaque", "");
        var masked = Train("opaque", "conditioning_data_dir = 'masks'", ("masked_loss", true));
        Assert.All(whole.Losses.Zip(masked.Losses), pair => Assert.True(pair.Second < 0.9 * pair.First, $"{pair.Second} is not much less than {pair.First}"));
        AssertSame(masked, Train("alpha", "alpha_mask = true"));
        // Mirrored with their picture, and the same from every cache.
        var mirrored = Train("opaque", "conditioning_data_dir = 'masks'\nflip_aug = true", ("masked_loss", true));
        Assert.NotEqual(masked.Losses, mirrored.Losses);
        foreach (var cache in new[] { ("cache_latents", (object?)false), ("cache_latents_to_disk", true), ("cache_latents_to_disk", true) })
            AssertSame(mirrored, Train("opaque", "conditioning_data_dir = 'masks'\nflip_aug = true", ("masked_loss", true), ("cache_dir", "cache"), cache));
        // A changed mask is another one to the cache.
        Write("masks/a.png", (_, _) => new(0, 0, 0, 255));
        Assert.NotEqual(mirrored.Losses, Train("opaque", "conditioning_data_dir = 'masks'\nflip_aug = true", ("masked_loss", true), ("cache_dir", "cache"), ("cache_latents_to_disk", true)).Losses);
    }

    [Fact]
    public void A_picture_without_a_mask_is_refused_by_name()
    {
        Write("opaque/a.png", (x, y) => Colour("a", x, y, 255));
        Directory.CreateDirectory(small.At("masks"));
        var result = SmallTraining.Run(Config("opaque", "conditioning_data_dir = 'masks'\ncaption_extension = '.txt'", ("masked_loss", true)));
        Assert.Equal(TrainingExitCode.Invalid, result.ExitCode);
        Assert.Contains("has no mask in", result.Message, StringComparison.Ordinal);
    }

    private static byte Weight(int x) => x < Side / 2 ? (byte)255 : (byte)60;

    private static Rgba32 Colour(string name, int x, int y, byte alpha) => new((byte)(3 * x + name[0]), (byte)(2 * y), (byte)(x + y), alpha);

    private static void AssertSame(SmallTraining.Outcome expected, SmallTraining.Outcome actual)
    {
        Assert.Equal(expected.Losses, actual.Losses);
        Assert.True(expected.HasSameNetwork(actual));
    }

    private void Write(string path, Func<int, int, Rgba32> colour)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(small.At(path))!);
        using var image = new Image<Rgba32>(Side, Side);
        for (var y = 0; y < Side; y++)
            for (var x = 0; x < Side; x++)
                image[x, y] = colour(x, y);
        image.SaveAsPng(small.At(path));
    }

    private SmallTraining.Outcome Train(string folder, string subset, params (string, object?)[] settings) => SmallTraining.Train(Config(folder, subset, settings));

    private LoraConfig Config(string folder, string subset, params (string, object?)[] settings)
    {
        small.Text("datasets.toml", $"[[datasets]]\nresolution = {Side}\nenable_bucket = false\n[[datasets.subsets]]\nimage_dir = '{folder}'\n{subset}\n");
        return small.Config([("train_data_dir", null), ("dataset_config", "datasets.toml"), ("max_train_steps", 3), .. settings]);
    }
}
