namespace KohyaPS;

/// <summary>How large the numbers of a network's tensor are.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">The tensor.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Mean">Mean of the magnitudes; NaN where a number is none.</param>
/// <param name="Minimum">The smallest magnitude; NaN where a number is none.</param>
public sealed record TensorStatistic(string Path, string Name, IReadOnlyList<long> Shape, double Mean, double Minimum);
