namespace KohyaPS.Engine.Networks.Tools;

/// <summary>A network to be resized.</summary>
/// <param name="Network">The file.</param>
/// <param name="Destination">The file to write.</param>
/// <param name="Rank">Rank of linear layers; the largest one where a method chooses.</param>
public sealed record ResizeRequest(string Network, string Destination, int Rank)
{
    /// <summary>Rank of convolutions, 1x1 included; null is that of linear layers.</summary>
    public int? ConvRank { get; init; }

    /// <summary>How the rank of each module is chosen.</summary>
    public RankMethod Method { get; init; }

    /// <summary>The method's parameter.</summary>
    public double Parameter { get; init; }

    /// <summary>Type of the saved tensors.</summary>
    public SavePrecision Precision { get; init; }

    /// <summary>Told after each module how many are done, and of how many.</summary>
    public Action<int, int>? Progress { get; init; }
}
