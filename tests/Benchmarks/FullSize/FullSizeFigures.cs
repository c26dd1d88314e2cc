namespace KohyaPS.Benchmarks.FullSize;

/// <summary>What one training measured.</summary>
/// <param name="Mode">Type and checkpointing.</param>
/// <param name="Seconds">Of one step, the median after the first.</param>
/// <param name="PeakBytes">The largest resident memory of the whole process, loading included.</param>
/// <param name="PreparedPeakBytes">The same before the first step.</param>
/// <param name="ForecastBytes">What the plan said.</param>
/// <param name="ProductRate">GFLOP/s of matrix products in the same type and process.</param>
/// <param name="ConvolutionRate">GFLOP/s of 3x3 convolutions in the same type and process.</param>
/// <param name="Loss">Of the last step.</param>
/// <param name="Runtime">What libtorch ran with.</param>
internal sealed record FullSizeFigures(
    string Mode, double Seconds, long PeakBytes, long PreparedPeakBytes, long ForecastBytes, double ProductRate, double ConvolutionRate, double Loss, string Runtime)
{
    /// <summary>What part of the rate of plain matrix products a step reaches; convolutions may run faster than those.</summary>
    /// <param name="gigaOperations">Of one step.</param>
    public double ShareOf(double gigaOperations) => gigaOperations / (Seconds * ProductRate);
}
