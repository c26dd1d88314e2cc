using KohyaPS.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Adafactor (Shazeer and Stern 2018, arXiv 1804.04235), as the transformers library computes it. The second moment of a matrix is kept as
/// means of its rows and columns with β = 1 − t^decay_rate; the update g/√V̂ is clipped at an RMS of clip_threshold and scaled by
/// a = rate · max(eps2, RMS(p)). With relative_step the rate is min(1e-2, 1/√t), whatever the schedule says. The decay is p ← p − wd·a·p.
/// </summary>
internal sealed class Adafactor : FlatOptimizer
{
    private const string RowName = "exp_avg_sq_row";
    private const string ColumnName = "exp_avg_sq_col";
    private const string SquareName = "exp_avg_sq";
    private const string MomentName = "exp_avg";
    private const string RmsName = "RMS";
    private const double LargestRelativeStep = 1e-2, WarmupSlope = 1e-6;
    private readonly FactoredLayout[] factored;
    private readonly double eps1, eps2, clipThreshold, decayRate, weightDecay, learningRate;
    private readonly double? beta1;
    private readonly bool scalesByParameter, isRelative, warmsUp;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">eps, clip_threshold, decay_rate, beta1, weight_decay, scale_parameter, relative_step, warmup_init.</param>
    public Adafactor(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        (eps1, eps2) = arguments.Pair("eps");
        clipThreshold = arguments.Number("clip_threshold");
        decayRate = arguments.Number("decay_rate");
        beta1 = arguments.OptionalNumber("beta1");
        weightDecay = arguments.Number("weight_decay");
        scalesByParameter = arguments.Flag("scale_parameter");
        isRelative = arguments.Flag("relative_step");
        warmsUp = arguments.Flag("warmup_init");
        learningRate = arguments.LearningRate;
        factored = [.. groups.Select(group => new FactoredLayout(group))];
        for (var i = 0; i < factored.Length; i++)
            AddStates(Groups[i], factored[i]);
    }

    /// <summary>With relative_step, the rate of the group's first parameter; before the first step, the configured one, which nothing uses.</summary>
    public override double EffectiveRate(int group)
    {
        if (!isRelative)
            return base.EffectiveRate(group);
        var first = Groups[group].Parameters.FirstIndex;
        var steps = Groups[group].Steps[first];
        return steps == 0 ? learningRate : BaseRate(Groups[group], steps) * (scalesByParameter ? Math.Max(eps2, Groups[group].State(RmsName)[first].ToDouble()) : 1);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var layout in factored)
            layout.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Update()
    {
        for (var i = 0; i < Groups.Count; i++)
        {
            var (group, layout) = (Groups[i], factored[i]);
            group.Guarded(() => Update(group, layout));
        }
    }

    // Parameters of 16 bits are computed in float32.
    private static ScalarType Wide(OptimizerGroup group) => group.Values.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    private void AddStates(OptimizerGroup group, FactoredLayout layout)
    {
        group.AddState(RowName, Wide(group), layout.Rows);
        group.AddState(ColumnName, Wide(group), layout.Columns);
        group.AddState(SquareName, Wide(group), layout.Elements);
        group.AddState(RmsName, Wide(group), StateLayout.Numbers(group.Parameters));
        if (beta1 is not null)
            group.AddState(MomentName, Wide(group));
    }

    private void Update(OptimizerGroup group, FactoredLayout layout)
    {
        var (p, g) = (group.Values.to(Wide(group)), group.Gradients.to(Wide(group)));
        var rms = group.State(RmsName).copy_(group.RmsByParameter(p));
        var update = SecondMoments(group, layout, g.square().add_(eps1)).mul_(g);
        var clipping = group.RmsByParameter(update).div_(clipThreshold).clamp_min_(1).to(update.dtype);
        var rate = tensor(Array.ConvertAll(group.Steps.ToArray(), t => BaseRate(group, t)), device: p.device).to(p.dtype);
        if (scalesByParameter)
            rate.mul_(rms.clamp_min(eps2));
        var perElement = group.ToElements(rate);
        update.div_(group.ToElements(clipping)).mul_(perElement);
        if (beta1 is { } beta)
            update = group.State(MomentName).mul_(beta).add_(update, 1 - beta);
        if (weightDecay != 0)
            p.addcmul_(p, perElement, -weightDecay);
        group.Values.copy_(p.sub_(update));
    }

    // Follows the squares, and returns one over the root of what they say.
    private Tensor SecondMoments(OptimizerGroup group, FactoredLayout layout, Tensor squares)
    {
        var (rows, columns, elements) = (group.State(RowName), group.State(ColumnName), group.State(SquareName));
        var places = layout.Places();
        var (rowMeans, own) = layout.RowMeans(squares, places.Row);
        Follow(rows, rowMeans, layout.Rows);
        Follow(columns, layout.ColumnMeans(squares, places.Column), layout.Columns);
        Follow(elements, own, layout.Elements);
        return layout.InverseRoot(rows, columns, elements, places);

        void Follow(Tensor average, Tensor value, StateLayout of)
        {
            group.ByStep(t => 1 - Math.Pow(t, decayRate), of).Scale(average);
            group.ByStep(t => -Math.Pow(t, decayRate), of).Subtract(average, value);
        }
    }

    private double BaseRate(OptimizerGroup group, long t) =>
        isRelative ? Math.Min(warmsUp ? WarmupSlope * t : LargestRelativeStep, 1 / Math.Sqrt(t)) : group.LearningRate;
}
