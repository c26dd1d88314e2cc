namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Two models whose difference becomes a LoRA.</summary>
/// <param name="Original">The model that was trained from.</param>
/// <param name="Tuned">The trained model.</param>
/// <param name="Destination">The file to write.</param>
/// <param name="Rank">Rank of linear layers and 1x1 convolutions.</param>
public sealed record ExtractRequest(string Original, string Tuned, string Destination, int Rank)
{
    /// <summary>Rank of 3x3 convolutions; null leaves them out.</summary>
    public int? ConvRank { get; init; }

    /// <summary>Cuts the largest numbers of the factors off at this quantile; null cuts nothing.</summary>
    public double? ClampQuantile { get; init; }

    /// <summary>A text encoder none of whose numbers differs by more than this is left out.</summary>
    public double MinimumDifference { get; init; } = 0.01;

    /// <summary>Type of the saved tensors.</summary>
    public SavePrecision Precision { get; init; }

    /// <summary>Type that the models' numbers are rounded to before they are subtracted; null keeps theirs.</summary>
    public SavePrecision? LoadPrecision { get; init; }

    /// <summary>Generation of the models where their widths do not tell; null finds it out.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>What the models predict; null finds it out, and takes v for SD 2.x where nothing says it.</summary>
    public ModelPrediction? Prediction { get; init; }

    /// <summary>Leaves out the modelspec metadata.</summary>
    public bool OmitsMetadata { get; init; }

    /// <summary>The clock for the metadata.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told after each module how many are done, and of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Told what the user should know.</summary>
    public Action<string>? Warning { get; init; }
}
