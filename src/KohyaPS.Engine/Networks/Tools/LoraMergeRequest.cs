namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Networks to be merged with each other.</summary>
/// <param name="Networks">The networks, in order.</param>
/// <param name="Destination">The file to write.</param>
public sealed record LoraMergeRequest(IReadOnlyList<WeightedNetwork> Networks, string Destination)
{
    /// <summary>How.</summary>
    public LoraMergeMethod Method { get; init; }

    /// <summary>Rank of the result, for <see cref="LoraMergeMethod.Svd"/>.</summary>
    public int Rank { get; init; } = 4;

    /// <summary>Rank of its 3x3 convolutions; null is that of the others.</summary>
    public int? ConvRank { get; init; }

    /// <summary>Cuts the largest numbers of the factors off at this quantile, for <see cref="LoraMergeMethod.Svd"/>; null cuts nothing.</summary>
    public double? ClampQuantile { get; init; }

    /// <summary>Permutes the rank axis of each module: the changes stay, the order of training is hidden.</summary>
    public bool Shuffles { get; init; }

    /// <summary>The permutation of a module by its name and rank; null draws one.</summary>
    public Func<string, int, IReadOnlyList<int>>? Permutation { get; init; }

    /// <summary>Type of the arithmetic.</summary>
    public SavePrecision MergePrecision { get; init; }

    /// <summary>Type of the saved tensors; null is that of the arithmetic.</summary>
    public SavePrecision? Precision { get; init; }

    /// <summary>Leaves out the modelspec metadata.</summary>
    public bool OmitsMetadata { get; init; }

    /// <summary>The clock for the metadata.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told after each module or network how many are done, and of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Told what the user should know.</summary>
    public Action<string>? Warning { get; init; }
}
