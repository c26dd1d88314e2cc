namespace KohyaPS;

/// <summary>Noise and timesteps of a training step.</summary>
public sealed record NoiseSettings : SettingGroup
{
    /// <summary>Strength of a random offset added to the noise of each channel.</summary>
    [Setting(Gui = "noise_offset", Minimum = 0, Maximum = 1)]
    public double? NoiseOffset { get; init; }

    /// <summary>Draw the strength of the offset between 0 and NoiseOffset.</summary>
    [Setting]
    public bool NoiseOffsetRandomStrength { get; init; }

    /// <summary>Adds this factor times the latents' channel mean to the offset.</summary>
    [Setting(Gui = "adaptive_noise_scale", Minimum = -1, Maximum = 1)]
    public double? AdaptiveNoiseScale { get; init; }

    /// <summary>Levels of multi-resolution noise.</summary>
    [Setting(Gui = "multires_noise_iterations", Minimum = 0, Maximum = 64)]
    public int? MultiresNoiseIterations { get; init; }

    /// <summary>Weight of each further level of multi-resolution noise.</summary>
    [Setting(Gui = "multires_noise_discount", Minimum = 0, Maximum = 1)]
    public double MultiresNoiseDiscount { get; init; } = 0.3;

    /// <summary>Strength of input perturbation: noise in the input that is not in the target.</summary>
    [Setting(Minimum = 0)]
    public double? IpNoiseGamma { get; init; }

    /// <summary>Draw the strength of the perturbation between 0 and IpNoiseGamma.</summary>
    [Setting]
    public bool IpNoiseGammaRandomStrength { get; init; }

    /// <summary>Rescale the noise schedule so that the last timestep is pure noise.</summary>
    [Setting]
    public bool ZeroTerminalSnr { get; init; }

    /// <summary>Lowest timestep drawn. Not set: 0.</summary>
    [Setting(Gui = "min_timestep", Minimum = 0, Maximum = 1000)]
    public int? MinTimestep { get; init; }

    /// <summary>Upper end of the timesteps drawn, itself excluded. Not set: 1000.</summary>
    [Setting(Gui = "max_timestep", Minimum = 0, Maximum = 1000)]
    public int? MaxTimestep { get; init; }
}
