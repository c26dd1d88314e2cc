namespace KohyaPS.Engine.Training;

/// <summary>What is to be trained, and from where.</summary>
/// <param name="Config">The configuration.</param>
public sealed record TrainingRequest(LoraConfig Config)
{
    /// <summary>The folder of the state to continue; null starts anew, unless the configuration's Resume names one.</summary>
    public string? ResumeFrom { get; init; }

    /// <summary>True computes in an explicit half type even where the device is slow with it.</summary>
    public bool ObeysSlowPrecision { get; init; }

    /// <summary>True computes on the processor also where a card is there, to compare the two.</summary>
    internal bool OnProcessor { get; init; }
}
