namespace KohyaPS;

/// <summary>
/// Where the memory of a training goes, in bytes, estimated from the shapes in the files and the settings: the memory of the graphics card where one
/// will compute, else the machine's.
/// </summary>
public sealed record MemoryForecast
{
    /// <summary>True where a graphics card will compute.</summary>
    public bool IsOnCard { get; init; }

    /// <summary>What the card or the machine has.</summary>
    public long Available { get; init; }

    /// <summary>The frozen weights that stay loaded during the steps.</summary>
    public required long Weights { get; init; }

    /// <summary>The network's parameters, gradients and optimizer state.</summary>
    public required long Network { get; init; }

    /// <summary>Activations kept for the backward pass, at the largest bucket.</summary>
    public required long Activations { get; init; }

    /// <summary>Cached latents and text states, always in the machine's memory.</summary>
    public required long Caches { get; init; }

    /// <summary>The process itself: .NET, PowerShell, the libraries and their work space, gaps between blocks of memory; on a card CUDA's part of that.</summary>
    public required long Process { get; init; }

    /// <summary>What encoding pictures and captions takes before the steps: the VAE and its images, or the text encoders, whichever is more.</summary>
    public long Preparation { get; init; }

    /// <summary>True where the preparation takes more than the steps.</summary>
    public bool IsPreparationMost => Preparation > Steps;

    /// <summary>The largest amount at a time, in the steps or before them.</summary>
    public long Total => Process + Math.Max(Preparation, Steps);

    private long Steps => Weights + Network + Activations + (IsOnCard ? 0 : Caches);
}
