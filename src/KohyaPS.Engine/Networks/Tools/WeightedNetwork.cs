namespace KohyaPS.Engine.Networks.Tools;

/// <summary>A network to be merged, and how much of it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Ratio">The factor on all of it.</param>
/// <param name="BlockWeights">12, 17, 20 or 26 factors on its blocks; null for none.</param>
public sealed record WeightedNetwork(string Path, double Ratio, IReadOnlyList<double>? BlockWeights = null);
