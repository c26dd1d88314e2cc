using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// What the functions of ours leave behind in a backward pass. libtorch runs the functions of a graphics card's tensors on a thread of its
/// own, while the thread that asked waits: so the graph carries this object, not the thread.
/// </summary>
internal sealed class BackwardPass
{
    private readonly List<Tensor> returned = [];
    private ExceptionDispatchInfo? failure;

    /// <summary>True once a function failed: those that follow do nothing.</summary>
    public bool HasFailed => failure is not null;

    /// <summary>Forgets the pass before.</summary>
    public void Begin() => failure = null;

    /// <summary>Throws what a function threw.</summary>
    public void End()
    {
        var thrown = failure;
        failure = null;
        thrown?.Throw();
    }

    /// <summary>Keeps a gradient alive until it has reached its place.</summary>
    public void Keep(Tensor gradient) => returned.Add(gradient.DetachFromDisposeScope());

    /// <summary>Notes why the pass failed.</summary>
    public void Fail(Exception exception) => failure = ExceptionDispatchInfo.Capture(exception);

    /// <summary>Frees the gradients that have reached their places.</summary>
    public void Release()
    {
        foreach (var tensor in returned)
            tensor.Dispose();
        returned.Clear();
    }
}
