using KohyaPS.Engine.Networks;
using KohyaPS.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// An optimizer over flat parameter groups: its step is the same handful of tensor operations for one adapter and for a thousand. All it
/// remembers is tensors and numbers, which can be saved and restored exactly.
/// </summary>
internal abstract class FlatOptimizer : IDisposable
{
    private const string StepsName = "steps";

    /// <param name="groups">The parameter groups, in their order.</param>
    protected FlatOptimizer(IReadOnlyList<ParameterGroup> groups) => Groups = [.. groups.Select(g => new OptimizerGroup(g))];

    /// <summary>The groups, with the learning rate of the next step.</summary>
    public IReadOnlyList<OptimizerGroup> Groups { get; }

    /// <summary>What a saved state calls the optimizer: one that reads the same state in the same way has the same name.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>The step size that a group's learning rate really means, as of the last step: d · lr for those that find d themselves.</summary>
    public virtual double EffectiveRate(int group) => Groups[group].LearningRate;

    /// <summary>Takes the decay of the first moment from a schedule that moves it, and makes that moment where there was none so far.</summary>
    /// <exception cref="TrainingException">The optimizer has no such decay.</exception>
    public virtual void SetMomentum(double momentum) => throw new TrainingException(TrainingExitCode.Invalid,
        $"{Name} has no momentum for the schedule to move. Add cycle_momentum=False to LrSchedulerArgs.");

    /// <summary>One update from the gradients that lie in the groups.</summary>
    public void Step()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Update();
    }

    /// <summary>Turns the averaged weights into those that are trained. Does nothing for most.</summary>
    public virtual void Train()
    {
    }

    /// <summary>Turns the trained weights into the averaged ones. Does nothing for most.</summary>
    public virtual void Evaluate()
    {
    }

    /// <summary>Does something while the averaged weights are in place, such as saving and drawing.</summary>
    public void WithAveragedWeights(Action use)
    {
        Evaluate();
        try
        {
            use();
        }
        finally
        {
            Train();
        }
    }

    /// <summary>Everything the optimizer remembers, under unique names. The tensors belong to the optimizer, those of mere numbers to the caller's dispose scope.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> SaveState()
    {
        var saved = new List<(string, Tensor)>();
        for (var i = 0; i < Groups.Count; i++)
        {
            var group = Groups[i];
            saved.AddRange(group.States.Select(s => ($"group{i}.{s.Name}", s.Value)));
            saved.AddRange(group.Numbers.Select(n => ($"group{i}.{n.Key}", tensor(n.Value))));
            saved.Add(($"group{i}.{StepsName}", tensor(group.Steps.ToArray())));
        }
        return saved;
    }

    /// <summary>Brings back what <see cref="SaveState"/> gave: the next step is the one that would have followed.</summary>
    /// <param name="saved">Tensors by name.</param>
    /// <exception cref="TrainingException">The state is of another optimizer or another network.</exception>
    public void RestoreState(IReadOnlyDictionary<string, Tensor> saved)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < Groups.Count; i++)
        {
            var group = Groups[i];
            foreach (var state in group.States)
                state.Value.copy_(Find(saved, $"group{i}.{state.Name}", state.Value.dtype, state.Value.numel()));
            foreach (var name in group.Numbers.Keys.ToList())
                group.Numbers[name] = Find(saved, $"group{i}.{name}", ScalarType.Float64, 1).ToDouble();
            group.RestoreSteps(Find(saved, $"group{i}.{StepsName}", ScalarType.Int64, group.Parameters.Slices.Count).cpu().data<long>().ToArray());
        }
    }

    /// <summary>Frees the state.</summary>
    public virtual void Dispose()
    {
        foreach (var group in Groups)
            group.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The update itself; gradients are off, and temporary tensors are freed afterwards.</summary>
    protected abstract void Update();

    /// <summary>Adds a state to each group where it is needed and not yet there.</summary>
    protected void AddStateWhere(bool isNeeded, string name)
    {
        foreach (var group in Groups.Where(g => isNeeded && !g.States.Any(s => s.Name == name)))
            group.AddState(name);
    }

    private static Tensor Find(IReadOnlyDictionary<string, Tensor> saved, string name, ScalarType dtype, long count)
    {
        if (!saved.TryGetValue(name, out var value))
            throw new TrainingException(TrainingExitCode.Invalid, $"The saved state has no '{name}': it belongs to another optimizer or another network. Resume with the settings of the training that wrote it.");
        if (value.dtype != dtype || value.numel() != count)
            throw new TrainingException(TrainingExitCode.Invalid,
                $"The saved '{name}' holds {value.numel()} numbers of type {value.dtype}, but {count} of type {dtype} are needed: it belongs to another network. Resume with the settings of the training that wrote it.");
        return value;
    }
}
