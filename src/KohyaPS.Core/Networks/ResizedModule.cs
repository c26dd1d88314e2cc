namespace KohyaPS;

/// <summary>What resizing kept of a module.</summary>
/// <param name="Name">The module.</param>
/// <param name="Dim">Its new rank.</param>
/// <param name="Alpha">Its new alpha.</param>
/// <param name="SumRetained">Share of the sum of its singular values, 0 to 1; NaN where the module changes nothing.</param>
/// <param name="FroRetained">Share of its Frobenius norm, 0 to 1; NaN where the module changes nothing.</param>
/// <param name="MaxRatio">The largest singular value divided by the smallest that is kept.</param>
public sealed record ResizedModule(string Name, int Dim, double Alpha, double SumRetained, double FroRetained, double MaxRatio);
