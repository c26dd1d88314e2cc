namespace KohyaPS;

/// <summary>Pictures rendered during the training.</summary>
public sealed record SamplingSettings : SettingGroup
{
    /// <summary>Render samples every N steps.</summary>
    [Setting(Gui = "sample_every_n_steps", ZeroMeansUnset = true)]
    public int? SampleEveryNSteps { get; init; }

    /// <summary>Render samples at the end of every N-th epoch; wins over steps.</summary>
    [Setting(Gui = "sample_every_n_epochs", ZeroMeansUnset = true)]
    public int? SampleEveryNEpochs { get; init; }

    /// <summary>Render samples before the first step too.</summary>
    [Setting]
    public bool SampleAtFirst { get; init; }

    /// <summary>Prompt file: .txt, .toml or .json.</summary>
    [Setting(Gui = "sample_prompts", IsPath = true)]
    public string? SamplePrompts { get; init; }

    /// <summary>Sampler for the samples.</summary>
    [Setting(Gui = "sample_sampler", TrainerDefault = "ddim")]
    public SampleSampler SampleSampler { get; init; } = SampleSampler.EulerA;
}
