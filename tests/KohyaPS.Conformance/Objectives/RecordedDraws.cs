using KohyaPS.Engine.Diffusion;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Objectives;

/// <summary>Replays the random numbers that the peer drew. Asking for one that the peer did not draw, or in another shape, is an error.</summary>
internal sealed class RecordedDraws(ObjectiveCase recorded) : IDraws
{
    public Tensor LatentSample(long epoch, IReadOnlyList<long> images, long[] shape) => throw new InvalidOperationException("The case starts with latents; none are drawn.");

    public Tensor Noise(long step, long[] shape) => Recorded("noise", shape);

    public Tensor Timesteps(long step, int batchSize, TimestepRange range)
    {
        using var scope = NewDisposeScope();
        return Recorded("timesteps", [batchSize]).to(ScalarType.Int64).MoveToOuterDisposeScope();
    }

    public double NoiseOffsetStrength(long step) => Strength("noise_offset_strength");

    public Tensor NoiseOffset(long step, long[] shape) => Recorded("noise_offset", shape);

    public double MultiresRatio(long step, int level) => recorded.Draws.GetProperty("multires_uniform")[level].GetDouble();

    public Tensor MultiresNoise(long step, int level, long[] shape) => Recorded($"multires_{level}", shape);

    public double InputPerturbationStrength(long step) => Strength("ip_noise_strength");

    public Tensor InputPerturbation(long step, long[] shape) => Recorded("ip_noise", shape);

    private double Strength(string name)
    {
        using var drawn = recorded.Read(recorded.Draws.GetProperty(name));
        return drawn.ToDouble();
    }

    private Tensor Recorded(string name, long[] shape)
    {
        var drawn = recorded.Read(recorded.Draws.GetProperty(name));
        return drawn.shape.SequenceEqual(shape) ? drawn
            : throw new InvalidOperationException($"The peer drew '{name}' as [{string.Join(", ", drawn.shape)}], not as [{string.Join(", ", shape)}].");
    }
}
