using KohyaPS.Engine.Models.Layers;
using TorchSharp;

namespace KohyaPS.Engine.Tests.Models;

/// <summary>The waves that timesteps become; the recorded ones are replayed by the goldens of models.</summary>
public class SinusoidalEmbeddingTests
{
    // cos and sin of 500 / 10000^(1/2), the slower of two waves, and of 500 / 10000 where a shift of 1 makes it the slowest there is.
    [Theory]
    [InlineData(0, 0.2836622, -0.9589243)]
    [InlineData(1, 0.9987503, 0.0499792)]
    public void A_shift_slows_the_waves_down(int shift, double cosine, double sine)
    {
        using var scope = torch.NewDisposeScope();
        var embedding = SinusoidalEmbedding.Of(torch.tensor([500L]), 4, shift);
        Assert.Equal(cosine, embedding[0, 1].item<float>(), 1e-5);
        Assert.Equal(sine, embedding[0, 3].item<float>(), 1e-5);
    }
}
