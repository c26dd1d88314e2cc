namespace KohyaPS.Engine.Runtime;

/// <summary>Which library computes float32 matrix products.</summary>
/// <param name="Library">oneDNN or the one libtorch takes by itself.</param>
/// <param name="RelativeError">The largest root mean square error of the products tried, against float64, as a share of the root mean square result.</param>
internal sealed record Float32Products(string Library, double RelativeError);
