using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Chooses the rank of a resized module from its singular values, as sd-scripts does in float32: one more than the names suggest.</summary>
/// <param name="Method">How.</param>
/// <param name="Parameter">The method's parameter; without meaning for a fixed rank.</param>
internal sealed record RankRule(RankMethod Method, double Parameter)
{
    // A module below this changes nothing.
    private const float Smallest = 1e-6f;

    /// <summary>sd-scripts' name of the method.</summary>
    public string Name => Method switch
    {
        RankMethod.Ratio => "sv_ratio",
        RankMethod.Frobenius => "sv_fro",
        RankMethod.Cumulative => "sv_cumulative",
        _ => "none",
    };

    /// <summary>The rank.</summary>
    /// <param name="spectrum">[n] float32, largest first.</param>
    /// <param name="most">The largest rank wanted.</param>
    public long Choose(Tensor spectrum, long most)
    {
        using var scope = NewDisposeScope();
        var n = spectrum.size(0);
        var first = spectrum[0].item<float>();
        if (first <= Smallest)
            return 1;
        if (Method == RankMethod.Fixed)
            return Math.Clamp(most, 1, n);
        var index = Method switch
        {
            RankMethod.Ratio => (spectrum > first / (float)Parameter).sum().item<long>(),
            RankMethod.Cumulative => First(spectrum.cumsum(0) / spectrum.sum(), (float)Parameter) + 1,
            _ => First(spectrum.square().cumsum(0) / spectrum.square().sum(), (float)(Parameter * Parameter)) + 1,
        };
        var rank = Math.Max(1, Math.Min(index, n - 1)) + 1;
        return Math.Clamp(rank, 1, Math.Min(most, n));
    }

    // The first share that reaches the threshold.
    private static long First(Tensor shares, float threshold) => (shares < threshold).sum().item<long>();
}
