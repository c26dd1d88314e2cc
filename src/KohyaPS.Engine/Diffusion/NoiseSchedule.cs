using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>
/// How much noise each of the 1000 timesteps holds (Ho et al. 2020, arXiv 2006.11239), with the betas of Stable Diffusion, linear in their square root.
/// The tables are computed in float32, step by step as diffusers does, because the models were trained with exactly these numbers.
/// </summary>
internal sealed class NoiseSchedule : IDisposable
{
    /// <summary>Number of timesteps; they count from 0.</summary>
    public const int Steps = 1000;

    private const double FirstBeta = 0.00085;
    private const double LastBeta = 0.012;
    private readonly Tensor sqrtAlphasCumprod, sqrtOneMinusAlphasCumprod;

    /// <param name="zeroTerminalSnr">Rescale so that the last timestep is pure noise (Lin et al. 2023, arXiv 2305.08891, algorithm 1).</param>
    /// <param name="device">Where the tables live; null is the CPU.</param>
    public NoiseSchedule(bool zeroTerminalSnr = false, Device? device = null)
    {
        using var scope = NewDisposeScope();
        var betas = linspace(Math.Sqrt(FirstBeta), Math.Sqrt(LastBeta), Steps, ScalarType.Float32).pow(2);
        var alphasCumprod = (1 - betas).cumprod(0);
        // The loss weights keep the signal-to-noise ratio of the schedule that the model knows, also where the terminal one is made zero.
        var snr = (alphasCumprod.sqrt() / (1 - alphasCumprod).sqrt()).pow(2);
        if (zeroTerminalSnr)
            (betas, alphasCumprod) = RescaleToZeroTerminalSnr(alphasCumprod);
        Tensor Keep(Tensor table) => table.to(device ?? CPU).DetachFromDisposeScope();
        Betas = Keep(betas);
        AlphasCumprod = Keep(alphasCumprod);
        AlphasCumprodValues = alphasCumprod.data<float>().ToArray();
        SnrTable = Keep(snr);
        sqrtAlphasCumprod = Keep(alphasCumprod.sqrt());
        sqrtOneMinusAlphasCumprod = Keep((1 - alphasCumprod).sqrt());
    }

    /// <summary>[1000] variance that each timestep adds.</summary>
    public Tensor Betas { get; }

    /// <summary>[1000] share of the signal that is left, squared.</summary>
    public Tensor AlphasCumprod { get; }

    /// <summary>The same as <see cref="AlphasCumprod"/>, as numbers: for samplers.</summary>
    public float[] AlphasCumprodValues { get; }

    /// <summary>[1000] signal-to-noise ratio of the original schedule.</summary>
    public Tensor SnrTable { get; }

    /// <summary>[B] signal-to-noise ratio of the original schedule at each sample's timestep, for loss weights.</summary>
    public Tensor Snr(Tensor timesteps) => SnrTable.index_select(0, timesteps);

    /// <summary>[B] noise over signal, sqrt((1 - alphasCumprod) / alphasCumprod), of this schedule.</summary>
    public Tensor Sigmas(Tensor timesteps)
    {
        using var scope = NewDisposeScope();
        var alphas = AlphasCumprod.index_select(0, timesteps);
        return ((1 - alphas) / alphas).sqrt().MoveToOuterDisposeScope();
    }

    /// <summary>sqrt(alphasCumprod) latents + sqrt(1 - alphasCumprod) noise.</summary>
    /// <param name="latents">[B, C, h, w] scaled latents.</param>
    /// <param name="noise">[B, C, h, w]</param>
    /// <param name="timesteps">[B] int64, 0..999.</param>
    public Tensor AddNoise(Tensor latents, Tensor noise, Tensor timesteps)
    {
        using var scope = NewDisposeScope();
        var signal = PerSample(sqrtAlphasCumprod, timesteps) * latents;
        return signal.add_(PerSample(sqrtOneMinusAlphasCumprod, timesteps) * noise).MoveToOuterDisposeScope();
    }

    /// <summary>The velocity: sqrt(alphasCumprod) noise - sqrt(1 - alphasCumprod) latents.</summary>
    /// <inheritdoc cref="AddNoise"/>
    public Tensor Velocity(Tensor latents, Tensor noise, Tensor timesteps)
    {
        using var scope = NewDisposeScope();
        var turned = PerSample(sqrtAlphasCumprod, timesteps) * noise;
        return turned.sub_(PerSample(sqrtOneMinusAlphasCumprod, timesteps) * latents).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose()
    {
        foreach (var table in new[] { Betas, AlphasCumprod, SnrTable, sqrtAlphasCumprod, sqrtOneMinusAlphasCumprod })
            table.Dispose();
    }

    private static Tensor PerSample(Tensor table, Tensor timesteps) => table.index_select(0, timesteps).view(-1, 1, 1, 1); // [B, 1, 1, 1]

    private static (Tensor Betas, Tensor AlphasCumprod) RescaleToZeroTerminalSnr(Tensor alphasCumprod)
    {
        var signal = alphasCumprod.sqrt();
        var first = signal[0];
        var last = signal[-1];
        var shifted = ((signal - last) * (first / (first - last))).pow(2);
        var alphas = cat([shifted[..1], shifted[1..] / shifted[..^1]]);
        var betas = 1 - alphas;
        return (betas, (1 - betas).cumprod(0));
    }
}
