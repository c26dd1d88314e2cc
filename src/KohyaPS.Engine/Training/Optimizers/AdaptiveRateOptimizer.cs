using KohyaPS.Engine.Networks;
using KohyaPS.Training;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// What D-Adaptation (Defazio and Mishchenko 2023, arXiv 2301.07733) and Prodigy have in common: steps of size d · lr, where d, the distance to the
/// solution, is estimated from sums over all parameters of all groups. d, the sums and the count of steps stand in every group and are the same.
/// </summary>
internal abstract class AdaptiveRateOptimizer : FlatOptimizer
{
    /// <summary>Name of the estimate.</summary>
    protected const string DName = "d";

    /// <summary>Name of the count of steps.</summary>
    protected const string CountName = "k";

    /// <param name="groups">The parameter groups.</param>
    /// <param name="d0">First estimate.</param>
    protected AdaptiveRateOptimizer(IReadOnlyList<ParameterGroup> groups, double d0)
        : base(groups)
    {
        this[DName] = d0;
        this[CountName] = 0;
    }

    /// <summary>The estimate in force.</summary>
    protected double D => this[DName];

    /// <summary>A number that all groups share.</summary>
    protected double this[string name]
    {
        get => Groups[0].Numbers[name];
        set
        {
            foreach (var group in Groups)
                group.Numbers[name] = value;
        }
    }

    /// <summary>The groups that move in this step; a rate of 0 keeps a group out.</summary>
    protected IEnumerable<OptimizerGroup> Moving => Groups.Where(g => g.LearningRate > 0);

    /// <inheritdoc/>
    public override double EffectiveRate(int group) => D * Groups[group].LearningRate;

    /// <inheritdoc/>
    protected override void Update()
    {
        if (this[CountName] == 0)
            Remember();
        Guarded(0);
    }

    /// <summary>Keeps what is needed of the weights before the first step.</summary>
    protected virtual void Remember()
    {
    }

    /// <summary>The step itself: sums over all groups, a better estimate, the new weights.</summary>
    /// <returns>False where nothing is known yet and the step does not count.</returns>
    protected abstract bool TryStep(double d);

    /// <summary>The rate of the groups, which must be one and the same, or 0.</summary>
    /// <exception cref="TrainingException">The groups have different rates.</exception>
    protected double CommonRate()
    {
        var rate = Groups.Max(g => g.LearningRate);
        var other = Groups.FirstOrDefault(g => g.LearningRate != rate && g.LearningRate != 0);
        return other is null ? rate : throw new TrainingException(TrainingExitCode.Invalid,
            $"{Name} finds one step size for all and needs the same learning rate everywhere, but there are {SettingText.Format(rate)} and {SettingText.Format(other.LearningRate)}. Set UnetLr, TextEncoderLr and LearningRate to 1, and leave LoRA+ ratios and block factors out.");
    }

    /// <summary>d ← max(d, min(estimate, d · growth)); an estimate that is no number leaves it alone.</summary>
    protected void Raise(double estimate, double growth)
    {
        var limited = D * growth < estimate ? D * growth : estimate;
        if (limited > D)
            this[DName] = limited;
    }

    /// <summary>Σ a·b over a group.</summary>
    protected static double Dot(OptimizerGroup group, Tensor a, Tensor b) => ElementSums.Dot(group, group.Elements, a, b);

    /// <summary>Σ|a| over a group.</summary>
    protected static double AbsoluteSum(OptimizerGroup group, Tensor a) => ElementSums.Absolute(group, group.Elements, a);

    /// <summary>Σ a over a group.</summary>
    protected static double Total(OptimizerGroup group, Tensor a) => ElementSums.Total(group, group.Elements, a);

    private void Guarded(int index)
    {
        if (index < Groups.Count)
            Groups[index].Guarded(() => Guarded(index + 1));
        else if (!TryStep(D))
        {
            foreach (var group in Groups)
                group.UncountStep();
        }
        else
            this[CountName] += 1;
    }
}
