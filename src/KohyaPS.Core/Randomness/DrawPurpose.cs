namespace KohyaPS.Randomness;

/// <summary>What a draw is for: part of its key, so that draws of different purposes never share numbers.</summary>
public enum DrawPurpose
{
    /// <summary>The Gaussian noise added to latents.</summary>
    Noise = 1,

    /// <summary>The timesteps of a batch.</summary>
    Timestep = 2,

    /// <summary>The draw of latents from the cached mean and deviation.</summary>
    LatentSample = 3,

    /// <summary>The order of batches in an epoch.</summary>
    BatchOrder = 4,

    /// <summary>Shuffling and dropping of caption tags.</summary>
    Caption = 5,

    /// <summary>Crop, flip and colour of a picture.</summary>
    Augmentation = 6,

    /// <summary>First values of a network's weights.</summary>
    NetworkInitialization = 7,

    /// <summary>Dropouts inside a network.</summary>
    NetworkDropout = 8,

    /// <summary>First noise of a sample picture.</summary>
    SampleImage = 9,

    /// <summary>The shift of each channel by a noise offset.</summary>
    NoiseOffset = 10,

    /// <summary>The strength of a noise offset.</summary>
    NoiseOffsetStrength = 11,

    /// <summary>A level of multi-resolution noise.</summary>
    MultiresNoise = 12,

    /// <summary>How coarse a level of multi-resolution noise is.</summary>
    MultiresRatio = 13,

    /// <summary>Noise in the input that is not in the target.</summary>
    InputPerturbation = 14,

    /// <summary>The strength of that noise.</summary>
    InputPerturbationStrength = 15,

    /// <summary>Which pictures are held back for validation.</summary>
    ValidationSplit = 20,
}
