using KohyaPS.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>A parameter group as an optimizer sees it: flat values and gradients, the rate of this step, and the state kept for it.</summary>
internal sealed class OptimizerGroup : IDisposable
{
    private readonly List<OptimizerStateTensor> states = [];
    private readonly SortedDictionary<string, double> numbers = new(StringComparer.Ordinal);
    private readonly Lazy<Tensor> rowOwners, elementCounts;
    private long[] steps;

    /// <param name="parameters">The flat parameters.</param>
    public OptimizerGroup(ParameterGroup parameters)
    {
        Parameters = parameters;
        LearningRate = InitialLearningRate = parameters.LearningRate;
        Elements = StateLayout.Elements(parameters);
        steps = new long[parameters.Slices.Count];
        rowOwners = new(RowOwners);
        elementCounts = new(() => tensor(parameters.Slices.Select(s => (double)s.Count).ToArray(), device: Values.device).DetachFromDisposeScope());
    }

    /// <summary>The flat parameters.</summary>
    public ParameterGroup Parameters { get; }

    /// <summary>All values, one dimension.</summary>
    public Tensor Values => Parameters.Values;

    /// <summary>All gradients, one dimension.</summary>
    public Tensor Gradients => Parameters.Gradients;

    /// <summary>The learning rate of the next step; the schedule moves it.</summary>
    public double LearningRate { get; set; }

    /// <summary>The base learning rate, which the schedule multiplies.</summary>
    public double InitialLearningRate { get; }

    /// <summary>The layout of state that has one value for each value of a parameter.</summary>
    public StateLayout Elements { get; }

    /// <summary>State tensors, in the order they were made.</summary>
    public IReadOnlyList<OptimizerStateTensor> States => states;

    /// <summary>State that is one number for the whole group, by name.</summary>
    public IDictionary<string, double> Numbers => numbers;

    /// <summary>Steps of each parameter so far: those in which it had a gradient.</summary>
    public ReadOnlySpan<long> Steps => steps;

    /// <summary>Whether each parameter takes part in the running step; null where all do.</summary>
    public Tensor? Active { get; private set; }

    /// <summary>The number of elements of each parameter in double precision, in the order of the slices.</summary>
    public Tensor ElementCounts => elementCounts.Value;

    /// <summary>The gradients with the decay in them, g + wd·p: L2 regularisation.</summary>
    /// <param name="weightDecay">wd; 0 gives the gradients themselves.</param>
    public Tensor DecayedGradients(double weightDecay) => weightDecay == 0 ? Gradients : Gradients.add(Values, weightDecay);

    /// <summary>The gradients of a step with decay: decoupled, which shrinks the values first, p(1 − lr·wd), or within the gradients.</summary>
    /// <param name="weightDecay">wd.</param>
    /// <param name="isDecoupled">Which of both.</param>
    public Tensor Decay(double weightDecay, bool isDecoupled)
    {
        if (!isDecoupled)
            return DecayedGradients(weightDecay);
        Values.Times(1 - LearningRate * weightDecay);
        return Gradients;
    }

    /// <summary>Makes a state tensor; it lives as long as the optimizer.</summary>
    /// <param name="name">Its name, as the original program calls it.</param>
    /// <param name="dtype">Its type; null is that of the parameters.</param>
    /// <param name="layout">How it is divided; null is one value for each value of a parameter.</param>
    /// <param name="fill">First value.</param>
    /// <param name="device">Where it lies; null is where the parameters are.</param>
    public Tensor AddState(string name, ScalarType? dtype = null, StateLayout? layout = null, double fill = 0, Device? device = null)
    {
        layout ??= Elements;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var made = full(layout.Total, fill, dtype: dtype ?? Values.dtype, device: device ?? Values.device);
        // Memory that a card reads from directly, where the state of parameters on a card stays on the host.
        var value = (made.device_type == DeviceType.CPU && Values.device_type == DeviceType.CUDA ? made.pin_memory() : made).DetachFromDisposeScope();
        states.Add(new(name, value, layout));
        return value;
    }

    /// <summary>A state tensor by its name.</summary>
    public Tensor State(string name) => states.Find(s => s.Name == name)?.Value ?? throw new ArgumentException($"There is no state '{name}'.", nameof(name));

    /// <summary>
    /// A factor that depends on a parameter's own number of steps (a bias correction): one number where all parameters took part in every
    /// step, else a number for each element.
    /// </summary>
    /// <param name="of">The factor after so many steps.</param>
    /// <param name="layout">The layout of what it multiplies; null is one value for each value of a parameter.</param>
    public Factor ByStep(Func<long, double> of, StateLayout? layout = null) =>
        steps.AsSpan().IndexOfAnyExcept(steps[0]) < 0 ? of(steps[0]) : ByParameter(Array.ConvertAll(steps, s => of(s)), layout);

    /// <summary>A factor that differs between parameters; one number where it does not.</summary>
    /// <param name="values">One value for each parameter, in the order of the slices.</param>
    /// <param name="layout">The layout of what it multiplies; null is one value for each value of a parameter.</param>
    public Factor ByParameter(double[] values, StateLayout? layout = null)
    {
        if (values.AsSpan().IndexOfAnyExcept(values[0]) < 0)
            return values[0];
        using var perParameter = tensor(values);
        using var expanded = (layout ?? Elements).Expand(perParameter, Values.device);
        return expanded.to(Values.element_size() >= sizeof(float) ? Values.dtype : ScalarType.Float32);
    }

    /// <summary>The sum of each parameter's elements in double precision, in the order of the slices.</summary>
    /// <param name="elements">One value for each element of the group.</param>
    /// <param name="rowType">The type in which <see cref="ParameterGroup.Alignment"/> elements at a time are added; their sums are added in double.</param>
    public Tensor SumByParameter(Tensor elements, ScalarType rowType = ScalarType.Float64)
    {
        using var scope = NewDisposeScope();
        var rows = elements.view(-1, ParameterGroup.Alignment).sum([1], type: rowType).to(ScalarType.Float64);
        var sums = zeros(Parameters.Slices.Count, dtype: ScalarType.Float64, device: elements.device);
        return sums.index_add_(0, rowOwners.Value, rows, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The root of each parameter's mean square, in double precision.</summary>
    /// <param name="elements">One value for each element of the group.</param>
    public Tensor RmsByParameter(Tensor elements)
    {
        using var scope = NewDisposeScope();
        return SumByParameter(elements.square()).div_(ElementCounts).sqrt_().MoveToOuterDisposeScope();
    }

    /// <summary>Gives each element the number of its parameter.</summary>
    /// <param name="perParameter">One value for each parameter, in the order of the slices.</param>
    public Tensor ToElements(Tensor perParameter) => Elements.Expand(perParameter, Values.device);

    /// <summary>Runs one step and undoes what it did to parameters that have no gradient: they and their state stay as they are.</summary>
    public void Guarded(Action step)
    {
        if (Parameters.AllHaveGradients)
        {
            CountStep();
            step();
            return;
        }
        using var scope = NewDisposeScope();
        Active = tensor(Parameters.HasGradient.ToArray());
        OptimizerStateTensor[] kept = [new("", Values, Elements), .. states];
        var before = Array.ConvertAll(kept, s => s.Value.clone());
        CountStep();
        step();
        for (var i = 0; i < kept.Length; i++)
        {
            var still = kept[i].Layout.Expand(Active, kept[i].Value.device).logical_not();
            kept[i].Value.copy_(where(still, before[i], kept[i].Value));
        }
        Active = null;
    }

    /// <summary>Which elements belong to parameters whose first step is running; null where there are none.</summary>
    public Tensor? FirstSteps() =>
        steps.AsSpan().IndexOf(1) < 0 ? null : Elements.Expand(tensor(Array.ConvertAll(steps, s => s == 1)), Values.device);

    /// <summary>Takes back the count of the running step, which turns out not to be one.</summary>
    public void UncountStep()
    {
        for (var i = 0; i < steps.Length; i++)
            if (Parameters.HasGradient[i])
                steps[i]--;
    }

    /// <summary>Sets the steps of a restored state.</summary>
    public void RestoreSteps(long[] restored) => steps = restored;

    /// <summary>Frees the state.</summary>
    public void Dispose()
    {
        foreach (var state in states)
            state.Value.Dispose();
        foreach (var table in new[] { rowOwners, elementCounts }.Where(t => t.IsValueCreated))
            table.Value.Dispose();
        foreach (var layout in states.Select(s => s.Layout).Append(Elements).Distinct())
            layout.Dispose();
    }

    private void CountStep()
    {
        for (var i = 0; i < steps.Length; i++)
            if (Parameters.HasGradient[i])
                steps[i]++;
    }

    // Which parameter each row of aligned elements belongs to.
    private Tensor RowOwners()
    {
        using var layout = StateLayout.Rows(Parameters);
        using var parameters = arange(Parameters.Slices.Count, dtype: ScalarType.Int64);
        return layout.Expand(parameters, Values.device).DetachFromDisposeScope();
    }
}
