using System.Text.Json;
using KohyaPS.Engine.Diffusion;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Steps;

/// <summary>Replays the random numbers of a recorded training, by micro-batch. Asking for one that the peer did not draw is an error.</summary>
internal sealed class RecordedTrainingDraws(JsonElement recorded, GoldenTensors tensors) : IDraws
{
    private readonly JsonElement microBatches = recorded.GetProperty("draws").GetProperty("micro_batches");

    public Tensor LatentSample(long epoch, IReadOnlyList<long> images, long[] shape) => throw new InvalidOperationException("The case starts with latents; none are drawn.");

    public Tensor Noise(long step, long[] shape) => Drawn(step, "noise");

    public Tensor Timesteps(long step, int batchSize, TimestepRange range) =>
        tensor(Of(step).GetProperty("timesteps").EnumerateArray().Select(t => t.GetInt64()).ToArray());

    public double NoiseOffsetStrength(long step) => Of(step).GetProperty("noise_offset_strength").GetDouble();

    public Tensor NoiseOffset(long step, long[] shape) => Drawn(step, "noise_offset");

    public double MultiresRatio(long step, int level) => Of(step).GetProperty("multires_uniform")[level].GetDouble();

    public Tensor MultiresNoise(long step, int level, long[] shape) => Drawn(step, $"multires_{level}");

    public double InputPerturbationStrength(long step) => Of(step).GetProperty("ip_noise_strength").GetDouble();

    public Tensor InputPerturbation(long step, long[] shape) => Drawn(step, "ip_noise");

    private JsonElement Of(long step) => microBatches[(int)step].GetProperty("draws");

    private Tensor Drawn(long step, string name) => tensors[Of(step).GetProperty(name)].clone();
}
