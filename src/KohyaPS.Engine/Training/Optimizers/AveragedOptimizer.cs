using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// What optimizers with averaged weights share (Defazio et al. 2024, arXiv 2405.15682): the weights that are trained are y, between the fast z and the
/// average x; files and samples show x = y + (1 − 1/β)(z − y).
/// </summary>
internal abstract class AveragedOptimizer : FlatOptimizer
{
    /// <summary>Name of the fast weights.</summary>
    protected const string FastName = "z";

    /// <summary>Name of the count of steps.</summary>
    protected const string CountName = "k";
    private readonly double beta;
    private readonly int firstCount;
    private IReadOnlyList<Tensor>? trained;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="beta">How near y is to x.</param>
    /// <param name="firstCount">Where the original begins to count.</param>
    protected AveragedOptimizer(IReadOnlyList<ParameterGroup> groups, double beta, int firstCount)
        : base(groups)
    {
        (this.beta, this.firstCount) = (beta, firstCount);
        foreach (var group in Groups)
        {
            group.AddState(FastName);
            group.Numbers[CountName] = firstCount;
        }
    }

    /// <inheritdoc/>
    public override void Evaluate()
    {
        if (trained is not null)
            return;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var group in Groups)
            group.Parameters.Collect(1);
        // Kept, not computed back: so a training does not depend on how often it is looked at.
        trained = [.. Groups.Select(g => g.Values.clone().DetachFromDisposeScope())];
        foreach (var group in Groups.Where(g => g.Numbers[CountName] > firstCount))
        {
            group.Values.lerp_(group.State(FastName), 1 - 1 / beta);
            group.Parameters.Store();
        }
    }

    /// <inheritdoc/>
    public override void Train()
    {
        if (trained is null)
            return;
        using var guard = no_grad();
        for (var i = 0; i < Groups.Count; i++)
        {
            Groups[i].Values.copy_(trained[i]);
            Groups[i].Parameters.Store();
            trained[i].Dispose();
        }
        trained = null;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var values in trained ?? [])
            values.Dispose();
        trained = null;
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Update()
    {
        if (trained is not null)
            throw new InvalidOperationException("The averaged weights are in place; call Train before the next step.");
        for (var i = 0; i < Groups.Count; i++)
        {
            if (Groups[i].Numbers[CountName] == firstCount)
                Remember(i);
        }
        UpdateAll();
        foreach (var group in Groups)
            group.Numbers[CountName] += 1;
    }

    /// <summary>Keeps what is needed of a group's weights before the first step.</summary>
    /// <param name="group">Index of the group.</param>
    protected virtual void Remember(int group) => Groups[group].State(FastName).copy_(Groups[group].Values);

    /// <summary>The step itself; the count is that of the steps before.</summary>
    protected abstract void UpdateAll();
}
