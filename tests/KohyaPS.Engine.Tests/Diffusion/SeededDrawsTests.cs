using KohyaPS.Engine.Diffusion;
using TorchSharp;

namespace KohyaPS.Engine.Tests.Diffusion;

public sealed class SeededDrawsTests
{
    private static readonly long[] Shape = [2, 4, 8, 8];

    [Fact]
    public void The_same_step_draws_the_same()
    {
        using var scope = torch.NewDisposeScope();
        Assert.True(new SeededDraws(42).Noise(7, Shape).Equals(new SeededDraws(42).Noise(7, Shape)));
    }

    [Fact]
    public void Another_seed_step_or_purpose_draws_otherwise()
    {
        using var scope = torch.NewDisposeScope();
        var draws = new SeededDraws(42);
        var noise = draws.Noise(7, Shape);
        Assert.False(noise.Equals(new SeededDraws(43).Noise(7, Shape)));
        Assert.False(noise.Equals(draws.Noise(8, Shape)));
        Assert.False(noise.Equals(draws.InputPerturbation(7, Shape)));
        Assert.False(draws.MultiresNoise(7, 0, Shape).Equals(draws.MultiresNoise(7, 1, Shape)));
    }

    [Fact]
    public void A_sample_does_not_depend_on_what_else_is_in_the_batch()
    {
        using var scope = torch.NewDisposeScope();
        var draws = new SeededDraws(42);
        Assert.True(draws.Noise(7, Shape)[0].Equals(draws.Noise(7, [1, 4, 8, 8])[0]));
        Assert.True(draws.LatentSample(0, [5, 9], Shape)[1].Equals(draws.LatentSample(0, [9], [1, 4, 8, 8])[0]));
    }

    [Fact]
    public void Noise_is_normal()
    {
        using var scope = torch.NewDisposeScope();
        var noise = new SeededDraws(42).Noise(0, [64, 4, 16, 16]);
        // 65,536 numbers: the mean is within 5 / sqrt(65536) of 0, the deviation within 5 / sqrt(131072) of 1.
        Assert.Equal(0, noise.mean().ToSingle(), 0.02);
        Assert.Equal(1, noise.std().ToSingle(), 0.014);
    }

    [Fact]
    public void A_range_without_a_timestep_is_refused_with_the_cure()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => new SeededDraws(1).Timesteps(0, 1, new(1000, 1000)));
        Assert.Contains("MinTimestep below MaxTimestep", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_leaves_nothing_behind_but_its_results()
    {
        using var schedule = new NoiseSchedule();
        var recipe = new NoiseRecipe([new NoiseOffset(0.1, true, 0.1), new MultiresNoise(3, 0.3)], new(0.1, true), TimestepRange.All);
        var draws = new SeededDraws(1);
        using var latents = torch.ones(Shape);
        using var scope = torch.NewDisposeScope();
        var noise = recipe.Noise(latents, draws, 3);
        var timesteps = recipe.Timesteps(2, draws, 3, torch.CPU);
        recipe.NoisyLatents(schedule, latents, noise, timesteps, draws, 3);
        Assert.Equal(3, scope.DisposablesCount);
    }
}
