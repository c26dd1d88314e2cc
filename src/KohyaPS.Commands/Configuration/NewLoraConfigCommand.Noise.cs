using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="NoiseSettings.NoiseOffset"/>
    [Parameter]
    [Alias("noise_offset")]
    public double? NoiseOffset { get; set; }

    /// <inheritdoc cref="NoiseSettings.NoiseOffsetRandomStrength"/>
    [Parameter]
    [Alias("noise_offset_random_strength")]
    public SwitchParameter NoiseOffsetRandomStrength { get; set; }

    /// <inheritdoc cref="NoiseSettings.AdaptiveNoiseScale"/>
    [Parameter]
    [Alias("adaptive_noise_scale")]
    public double? AdaptiveNoiseScale { get; set; }

    /// <inheritdoc cref="NoiseSettings.MultiresNoiseIterations"/>
    [Parameter]
    [Alias("multires_noise_iterations")]
    public int? MultiresNoiseIterations { get; set; }

    /// <inheritdoc cref="NoiseSettings.MultiresNoiseDiscount"/>
    [Parameter]
    [Alias("multires_noise_discount")]
    public double MultiresNoiseDiscount { get; set; }

    /// <inheritdoc cref="NoiseSettings.IpNoiseGamma"/>
    [Parameter]
    [Alias("ip_noise_gamma")]
    public double? IpNoiseGamma { get; set; }

    /// <inheritdoc cref="NoiseSettings.IpNoiseGammaRandomStrength"/>
    [Parameter]
    [Alias("ip_noise_gamma_random_strength")]
    public SwitchParameter IpNoiseGammaRandomStrength { get; set; }

    /// <inheritdoc cref="NoiseSettings.ZeroTerminalSnr"/>
    [Parameter]
    [Alias("zero_terminal_snr")]
    public SwitchParameter ZeroTerminalSnr { get; set; }

    /// <inheritdoc cref="NoiseSettings.MinTimestep"/>
    [Parameter]
    [Alias("min_timestep")]
    public int? MinTimestep { get; set; }

    /// <inheritdoc cref="NoiseSettings.MaxTimestep"/>
    [Parameter]
    [Alias("max_timestep")]
    public int? MaxTimestep { get; set; }
}
