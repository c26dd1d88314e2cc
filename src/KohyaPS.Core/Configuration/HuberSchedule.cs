namespace KohyaPS;

/// <summary>How the Huber threshold depends on the timestep.</summary>
public enum HuberSchedule
{
    /// <summary>By signal-to-noise ratio.</summary>
    [Spelling("snr")]
    Snr,

    /// <summary>Exponentially.</summary>
    [Spelling("exponential")]
    Exponential,

    /// <summary>Not at all.</summary>
    [Spelling("constant")]
    Constant,
}
