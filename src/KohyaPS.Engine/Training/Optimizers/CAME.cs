using KohyaPS.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// CAME (Luo et al. 2023, arXiv 2307.02047) as pytorch-optimizer has it: Adafactor's factored second moment gives u = g/√V̂, clipped at an RMS of
/// clip_threshold; m follows u, and its instability (u − m)², factored in the same way, scales the step: p ← p(1 − lr·wd) − lr · m/√Ŝ.
/// </summary>
internal sealed class CAME : FlatOptimizer
{
    private const string CountName = "step", MomentName = "exp_avg", RmsName = "RMS", SquareName = "exp_avg_sq";
    private const string RowName = "exp_avg_sq_row", ColumnName = "exp_avg_sq_col", ResidualRowName = "exp_avg_res_row", ResidualColumnName = "exp_avg_res_col";
    private readonly FactoredLayout[] factored;
    private readonly Tensor?[] unfactored;
    private readonly double beta2, beta3, eps1, eps2, clipThreshold, weightDecay;
    private double beta1;
    private readonly bool isFixed;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps1, eps2, clip_threshold, weight_decay, fixed_decay.</param>
    public CAME(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        (beta1, beta2, beta3) = arguments.Triple("betas");
        eps1 = arguments.Number("eps1");
        eps2 = arguments.Number("eps2");
        clipThreshold = arguments.Number("clip_threshold");
        weightDecay = arguments.Number("weight_decay");
        isFixed = arguments.Flag("fixed_decay");
        factored = [.. groups.Select(group => new FactoredLayout(group))];
        unfactored = [.. Groups.Select(Unfactored)];
        for (var i = 0; i < factored.Length; i++)
            AddStates(Groups[i], factored[i]);
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => beta1 = momentum;

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var layout in factored)
            layout.Dispose();
        foreach (var mask in unfactored)
            mask?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Update()
    {
        for (var i = 0; i < Groups.Count; i++)
        {
            var index = i;
            Groups[i].Numbers[CountName] += 1;
            Groups[i].Guarded(() => Update(Groups[index], factored[index], unfactored[index]));
        }
    }

    private static Tensor? Unfactored(OptimizerGroup group)
    {
        var isVector = group.Parameters.Slices.Select(s => s.Shape.Count < 2).ToArray();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return isVector.Contains(true) ? group.ToElements(tensor(isVector)).DetachFromDisposeScope() : null;
    }

    private static void AddStates(OptimizerGroup group, FactoredLayout layout)
    {
        group.Numbers[CountName] = 0;
        group.AddState(MomentName);
        group.AddState(RowName, layout: layout.Rows);
        group.AddState(ColumnName, layout: layout.Columns);
        group.AddState(SquareName, layout: layout.Elements);
        group.AddState(ResidualRowName, layout: layout.Rows);
        group.AddState(ResidualColumnName, layout: layout.Columns);
        group.AddState(RmsName, layout: StateLayout.Numbers(group.Parameters));
    }

    private void Update(OptimizerGroup group, FactoredLayout layout, Tensor? vectors)
    {
        var (p, g, m, rate) = (group.Values, group.Gradients, group.State(MomentName), group.LearningRate);
        group.State(RmsName).copy_(group.RmsByParameter(p));
        var squares = group.State(SquareName);
        var places = layout.Places();
        var gradientSquares = g.square().add_(eps1);
        var (rowMeans, own) = layout.RowMeans(gradientSquares, places.Row);
        group.State(RowName).Follow(rowMeans, 1 - beta2);
        group.State(ColumnName).Follow(layout.ColumnMeans(gradientSquares, places.Column), 1 - beta2);
        squares.Follow(own, 1 - beta2);
        var u = layout.InverseRoot(group.State(RowName), group.State(ColumnName), squares, places).mul_(g);
        u.div_(group.ToElements(group.RmsByParameter(u).div_(clipThreshold).clamp_min_(1).to(u.dtype)));

        m.Follow(u, 1 - beta1);
        var instability = u.sub(m).square().add_(eps2);
        group.State(ResidualRowName).Follow(layout.RowMeans(instability, places.Row).Rows, 1 - beta3);
        group.State(ResidualColumnName).Follow(layout.ColumnMeans(instability, places.Column), 1 - beta3);
        var step = layout.InverseRoot(group.State(ResidualRowName), group.State(ResidualColumnName), ones_like(squares), places).mul_(m).mul_(rate);
        if (weightDecay != 0)
            p.mul_(1 - weightDecay * (isFixed ? 1 : rate));
        p.sub_(step);
        // The original multiplies what it keeps of a vector by the rate, too; no network of ours has vectors.
        if (vectors is not null)
            m.copy_(where(vectors, m.mul(rate), m));
    }
}
