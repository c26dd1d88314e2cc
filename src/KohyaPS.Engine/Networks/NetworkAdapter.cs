using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>An adapter of a network: its parameters under the names of a file, and what they do to a layer's output.</summary>
internal abstract class NetworkAdapter(AdapterPlan plan, AdapterMode mode) : IAdapter
{
    /// <summary>Layer, rank and groups.</summary>
    public AdapterPlan Plan { get; } = plan;

    /// <summary>The adapter's name.</summary>
    public string Name => Plan.Name;

    /// <summary>Numerator of the scale, as it is saved; a loaded file brings its own.</summary>
    public double Alpha { get; set; } = plan.Alpha;

    /// <summary>True where alpha is stored as a whole number, as sd-scripts does where none was given.</summary>
    public bool AlphaIsWhole { get; set; } = plan.AlphaIsWhole;

    /// <summary>alpha / rank.</summary>
    public double Scale => Alpha / Plan.Rank;

    /// <summary>The parameters to make: name, dimensions, and the group that trains them.</summary>
    public abstract IReadOnlyList<AdapterParameter> Parameters { get; }

    /// <summary>What all adapters share.</summary>
    protected AdapterMode Mode { get; } = mode;

    /// <inheritdoc/>
    public abstract Tensor Apply(Tensor input, Tensor output);

    /// <inheritdoc/>
    public virtual LowRankUpdate? AsLowRank() => null;

    /// <summary>The tensors to save, under full names, besides alpha; the caller owns them.</summary>
    public virtual IEnumerable<(string Name, Tensor Value)> Export() => Parameters.Select(p => (p.Name, p.Value.alias()));

    /// <summary>True where a forward pass now leaves the adapter out; the draw is made only where there is something to draw.</summary>
    protected bool IsDropped => Mode.Multiplier == 0 || Mode.IsTraining && Mode.ModuleDropout > 0 && Mode.Draws.Module(Name) < Mode.ModuleDropout;

    /// <summary>Tells the groups that the parameters take part in the graph.</summary>
    protected void MarkUsed()
    {
        if (!is_grad_enabled())
            return;
        foreach (var parameter in Parameters)
            parameter.Group?.MarkUsed(parameter.Index);
    }
}
