using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>
/// Parameters that share a learning rate, in one contiguous buffer, with their gradients in a second one: an optimizer's step is a handful
/// of operations on these two, whatever the number of parameters. Each parameter is a leaf of the graph whose memory is a slice of the
/// buffer, and its gradient is a slice of the gradient buffer, into which autograd adds.
/// </summary>
/// <remarks>
/// float16 parameters are trained in float32: squares of gradients and small steps vanish in half precision. <see cref="Values"/> and
/// <see cref="Gradients"/> are then copies, which <see cref="Collect"/> fills before a step and <see cref="Store"/> rounds back after it.
/// Slices are ordered by size, largest first, and begin at multiples of <see cref="Alignment"/> elements with zeros between them: so the
/// blocks of 8-bit states are rows of a matrix, and the parameters large enough for 8 bits are the first part of the buffer.
/// </remarks>
internal sealed class ParameterGroup : IDisposable
{
    /// <summary>Every slice begins at a multiple of this many elements.</summary>
    public const int Alignment = 256;

    private readonly Tensor[] parameters;
    private readonly Tensor memory;
    private readonly Tensor gradientMemory;
    private readonly bool[] hasGradient;

    /// <param name="plan">Learning rate and description.</param>
    /// <param name="parameters">Name and dimensions of each parameter.</param>
    /// <param name="dtype">Number type of parameters and gradients.</param>
    /// <param name="device">Where they lie; null is the CPU.</param>
    public ParameterGroup(ParameterGroupPlan plan, IReadOnlyList<(string Name, IReadOnlyList<long> Shape)> parameters, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        LearningRate = plan.LearningRate;
        Description = plan.Description;
        Slices = Arrange(parameters, out var length);
        FirstIndex = Slices.Index().First(s => s.Item.Name == parameters[0].Name).Index;
        using var scope = NewDisposeScope();
        memory = zeros(length, dtype: dtype, device: device).DetachFromDisposeScope();
        gradientMemory = zeros(length, dtype: dtype, device: device).DetachFromDisposeScope();
        Values = dtype == ScalarType.Float16 ? memory.to(ScalarType.Float32).DetachFromDisposeScope() : memory;
        Gradients = dtype == ScalarType.Float16 ? gradientMemory.to(ScalarType.Float32).DetachFromDisposeScope() : gradientMemory;
        this.parameters = [.. Slices.Select(Leaf)];
        hasGradient = new bool[Slices.Count];
    }

    /// <summary>What a log calls the group.</summary>
    public string Description { get; }

    /// <summary>Base learning rate, before the schedule.</summary>
    public double LearningRate { get; }

    /// <summary>The places of the parameters, largest parameter first.</summary>
    public IReadOnlyList<ParameterSlice> Slices { get; }

    /// <summary>Where the parameter that was given first stands among the slices.</summary>
    public int FirstIndex { get; }

    /// <summary>All parameters as a step changes them, one dimension.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, one dimension; zero where nothing was added.</summary>
    public Tensor Gradients { get; }

    /// <summary>The parameters themselves, in the order of <see cref="Slices"/>.</summary>
    public IReadOnlyList<Tensor> Parameters => parameters;

    /// <summary>Whether a parameter took part in the graph since <see cref="ZeroGradients"/>, in the order of <see cref="Slices"/>.</summary>
    public ReadOnlySpan<bool> HasGradient => hasGradient;

    /// <summary>True where every parameter took part: the usual case, in which no optimizer needs to look at single parameters.</summary>
    public bool AllHaveGradients => Array.TrueForAll(hasGradient, has => has);

    /// <summary>Notes that a parameter takes part in the graph: optimizers pass over those that do not.</summary>
    /// <param name="index">Index in <see cref="Slices"/>.</param>
    public void MarkUsed(int index) => hasGradient[index] = true;

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGradients()
    {
        using var guard = no_grad();
        gradientMemory.zero_();
        Array.Clear(hasGradient);
    }

    /// <summary>Makes <see cref="Values"/> and <see cref="Gradients"/> ready for a step.</summary>
    /// <param name="gradientFactor">What gradients are multiplied by: 1, or what undoes the scaling of the loss.</param>
    public void Collect(double gradientFactor)
    {
        using var guard = no_grad();
        if (!ReferenceEquals(Values, memory))
        {
            Values.copy_(memory);
            Gradients.copy_(gradientMemory);
        }
        if (gradientFactor != 1)
            Gradients.mul_(gradientFactor);
    }

    /// <summary>Gives what a step made of <see cref="Values"/> to the parameters.</summary>
    public void Store()
    {
        if (ReferenceEquals(Values, memory))
            return;
        using var guard = no_grad();
        memory.copy_(Values);
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        foreach (var parameter in parameters)
            parameter.Dispose();
        Values.Dispose();
        Gradients.Dispose();
        memory.Dispose();
        gradientMemory.Dispose();
    }

    private Tensor Leaf(ParameterSlice slice)
    {
        long[] shape = [.. slice.Shape];
        using var scope = NewDisposeScope();
        var leaf = memory.narrow(0, slice.Offset, slice.Count).view(shape).detach();
        leaf.requires_grad = true;
        leaf.grad = gradientMemory.narrow(0, slice.Offset, slice.Count).view(shape);
        return leaf.DetachFromDisposeScope();
    }

    private static ParameterSlice[] Arrange(IReadOnlyList<(string Name, IReadOnlyList<long> Shape)> parameters, out long length)
    {
        var offset = 0L;
        var slices = new List<ParameterSlice>(parameters.Count);
        foreach (var slice in parameters.Select(p => new ParameterSlice(p.Name, 0, p.Shape)).OrderByDescending(s => s.Count))
        {
            slices.Add(slice with { Offset = offset });
            offset += (slice.Count + Alignment - 1) / Alignment * Alignment;
        }
        length = offset;
        return [.. slices];
    }
}
