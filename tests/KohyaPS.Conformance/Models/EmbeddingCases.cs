using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>Sinusoids of timesteps and of SDXL's sizes.</summary>
internal static class EmbeddingCases
{
    // SDXL embeds each size number 256 wide.
    private const int SizeWidth = 256;

    public static void ReplayTimesteps(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        check.True("cosines stand first", recorded.Settings.GetProperty("flip_sin_to_cos").GetBoolean());
        var got = SinusoidalEmbedding.Of(recorded.Input("timesteps"), recorded.Settings.GetProperty("dim").GetInt32(), recorded.Settings.GetProperty("freq_shift").GetInt32());
        recorded.Compare(check, "embedding", got);
        recorded.CompareIfExpected(check, "embedding_float64", got);
    }

    public static void ReplaySizes(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var sizes = cat([recorded.Input("original_size_hw"), recorded.Input("crop_top_left"), recorded.Input("target_size_hw")], 1);    // [N, 6]
        recorded.Compare(check, "embedding", SinusoidalEmbedding.Of(sizes.flatten(), SizeWidth).reshape(sizes.size(0), -1));
    }
}
