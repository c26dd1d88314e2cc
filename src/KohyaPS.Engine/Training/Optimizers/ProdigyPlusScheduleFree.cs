using KohyaPS.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Prodigy with averaged weights (github.com/LoganBooker/prodigy-plus-schedule-free, 1.9.2): the step size of Prodigy (Mishchenko and Defazio 2023, arXiv
/// 2306.06101), estimated for each group, and the weights of schedule-free learning (Defazio et al. 2024, arXiv 2405.15682). The second moment is
/// factored for large tensors and follows the size of d; the direction g/(√v + eps) is clipped at an RMS of 1. The sums see every eleventh element.
/// </summary>
internal sealed class ProdigyPlusScheduleFree : AveragedOptimizer
{
    /// <summary>Of so many elements the sums see one.</summary>
    public const int SliceStride = 11;

    /// <summary>The second moment is factored where the largest dimension is at least this.</summary>
    public const int SmallestFactored = 32;

    private const string DName = "d", PreviousName = "d_prev", NumeratorName = "d_numerator", DenominatorName = "d_denom";
    private const string WeightsName = "weight_sum", RunningWeightsName = "running_weight_sum";
    private const string RowName = "exp_avg_sq_row", ColumnName = "exp_avg_sq_col", SquareName = "exp_avg_sq";

    // Largest RMS of a direction: before the first estimate nothing is held back but outliers.
    private const double FirstLargestRms = 50, LargestRms = 1;
    private readonly double beta1, beta2, beta3, eps, weightDecay, d0, coefficient;
    private readonly bool rectifies, splitsGroups, clips;
    private readonly FactoredLayout[] factored;
    private readonly SlicedElements[] slices;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, beta3, eps, weight_decay, d0, d_coef, use_bias_correction, split_groups, factored, use_stableadamw.</param>
    public ProdigyPlusScheduleFree(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Pair("betas").First, firstCount: 1)
    {
        (beta1, beta2) = arguments.Pair("betas");
        beta3 = arguments.OptionalNumber("beta3") ?? Math.Sqrt(beta2);
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        d0 = arguments.Number("d0");
        coefficient = arguments.Number("d_coef");
        rectifies = arguments.Flag("use_bias_correction");
        splitsGroups = arguments.Flag("split_groups");
        clips = arguments.Flag("use_stableadamw");
        var isFactored = arguments.Flag("factored");
        factored = [.. groups.Select(g => new FactoredLayout(g, shape => isFactored ? FactorAxes.Largest(shape, SmallestFactored) : null))];
        slices = [.. groups.Select(g => new SlicedElements(g, SliceStride))];
        for (var i = 0; i < Groups.Count; i++)
            AddStates(Groups[i], factored[i], slices[i]);
    }

    /// <inheritdoc/>
    public override double EffectiveRate(int group) => SharedD() * Groups[group].LearningRate;

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var layout in factored)
            layout.Dispose();
        foreach (var slice in slices)
            slice.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Remember(int group)
    {
        base.Remember(group);
        Groups[group].State("p0").copy_(slices[group].Of(Groups[group].Values));
    }

    /// <inheritdoc/>
    protected override void UpdateAll()
    {
        var sums = new (double Numerator, double Denominator)[Groups.Count];
        var shared = SharedD();
        for (var i = 0; i < Groups.Count; i++)
        {
            var index = i;
            Groups[i].Guarded(() => sums[index] = Update(index, shared));
        }
        if (!splitsGroups)
            Array.Fill(sums, (sums.Sum(s => s.Numerator), sums.Sum(s => s.Denominator)));
        for (var i = 0; i < Groups.Count; i++)
            Estimate(i, sums[i].Numerator, sums[i].Denominator);
    }

    private void AddStates(OptimizerGroup group, FactoredLayout layout, SlicedElements sliced)
    {
        group.Numbers[DName] = group.Numbers[PreviousName] = d0;
        foreach (var name in new[] { NumeratorName, DenominatorName, WeightsName, RunningWeightsName })
            group.Numbers[name] = 0;
        // Half as much memory; the sums need no more.
        var narrow = group.Values.dtype == ScalarType.Float32 ? ScalarType.BFloat16 : group.Values.dtype;
        group.AddState("s", narrow, sliced.Layout);
        group.AddState("p0", narrow, sliced.Layout);
        group.AddState(RowName, layout: layout.Rows);
        group.AddState(ColumnName, layout: layout.Columns);
        group.AddState(SquareName, layout: layout.Elements);
    }

    // One step size for all groups keeps their proportions: the harmonic mean of their estimates.
    private double SharedD() => splitsGroups ? Groups.Count / Groups.Sum(g => 1 / g.Numbers[DName]) : Groups[0].Numbers[DName];

    private (double Numerator, double Denominator) Update(int index, double shared)
    {
        var (group, sliced, layout) = (Groups[index], slices[index], factored[index]);
        var (g, y, z, numbers) = (group.Gradients, group.Values, group.State(FastName), group.Numbers);
        var d = numbers[DName];
        var t = (long)numbers[CountName];
        var step = shared * group.LearningRate * (rectifies ? Rectification(t) : 1);

        // With the correction the second moment is kept corrected.
        var decay = rectifies ? beta2 * (1 - Math.Pow(beta2, t - 1)) / (1 - Math.Pow(beta2, t)) : beta2;
        var shrink = decay * Math.Pow(numbers[PreviousName] / d, 2);
        var (places, squares) = (layout.Places(), g.square());
        var (rowMeans, own) = layout.RowMeans(squares, places.Row);
        group.State(RowName).Times(shrink).add_(rowMeans, 1 - decay);
        group.State(ColumnName).Times(shrink).add_(layout.ColumnMeans(squares, places.Column), 1 - decay);
        group.State(SquareName).Times(shrink).add_(own, 1 - decay);
        var u = g.div(layout.Root(group.State(RowName), group.State(ColumnName), group.State(SquareName), places).add_(eps));
        if (clips)
            u.div_(group.ToElements(group.RmsByParameter(u).div_(d > d0 ? LargestRms : FirstLargestRms).clamp_min_(1).to(u.dtype)));

        var (s, gradients, root) = (group.State("s"), sliced.Of(g), Math.Sqrt(d));
        var numerator = root * ElementSums.Dot(group, sliced.Layout, gradients, group.State("p0").to(g.dtype).sub_(sliced.Of(y)));
        s.Times(beta3).add_(gradients, root);
        var denominator = DenominatorOf(group, sliced, s);

        var weight = step * step;
        numbers[WeightsName] = numbers[RunningWeightsName] = numbers[WeightsName] + weight;
        var c = numbers[WeightsName] == 0 ? 0 : weight / numbers[WeightsName];
        if (weightDecay != 0)
            u.add_(y, weightDecay);
        y.lerp_(z, c);
        z.add_(u, -step);
        y.add_(u, -step * (1 - beta1 * (1 - c)));
        return (numerator, denominator);
    }

    // Each parameter's sum has the precision of s.
    private static double DenominatorOf(OptimizerGroup group, SlicedElements sliced, Tensor s)
    {
        using var scope = NewDisposeScope();
        var sums = sliced.SumByParameter(s.abs()).to(s.dtype).to(ScalarType.Float64);
        return (group.Active is { } active ? sums.mul_(active) : sums).sum().ToDouble();
    }

    private void Estimate(int index, double numerator, double denominator)
    {
        var numbers = Groups[index].Numbers;
        var (d, sum) = (numbers[DName], beta3 * numbers[NumeratorName]);
        // What leads back counts only once there is an estimate, and then at once.
        if (numerator >= 0)
            sum += numerator;
        else if (d > d0)
            sum = Math.Min(sum, numerator);
        var estimate = Math.Atan2(coefficient * sum, denominator);
        numbers[NumeratorName] = sum;
        numbers[DenominatorName] = denominator;
        // With one estimate for all, the original remembers the last one in the first group only.
        if (splitsGroups || index == 0)
            numbers[PreviousName] = d;
        if (estimate > d)
            numbers[DName] = estimate;
    }

    // As schedule-free RAdam: no step before the variance of the second moment can be told.
    private double Rectification(long t)
    {
        var longest = 2 / (1 - beta2) - 1;
        var length = longest - 2 * t * Math.Pow(beta2, t) / (1 - Math.Pow(beta2, t));
        return length > 4 ? Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) : 0;
    }
}
