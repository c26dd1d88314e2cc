using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// The backward pass of a graph that holds functions of ours. An exception that left one of them would cross native frames and end the process,
/// so it is kept until the pass is over. State is per thread: one thread owns all tensor work.
/// </summary>
internal static class Gradients
{
    [ThreadStatic]
    private static List<Tensor>? returned;

    [ThreadStatic]
    private static ExceptionDispatchInfo? failure;

    /// <summary>Computes the gradients of a scalar; throws what a function of ours threw on the way.</summary>
    public static void Backward(Tensor loss)
    {
        failure = null;
        loss.backward();
        Release();
        var thrown = failure;
        failure = null;
        thrown?.Throw();
    }

    /// <summary>Runs the backward pass of one function: frees what it makes, keeps what it returns alive, lets nothing out.</summary>
    /// <param name="arguments">Number of the function's arguments.</param>
    /// <param name="gradOutput">The incoming gradient; freed here. Undefined when nothing flows back.</param>
    /// <param name="compute">Gives one gradient, or null, for each argument.</param>
    public static List<Tensor> Guard(int arguments, Tensor gradOutput, Func<List<Tensor?>> compute)
    {
        // What the previous function returned has reached its place by now.
        Release();
        List<Tensor> nothing = [.. Enumerable.Repeat<Tensor>(null!, arguments)];
        if (failure is not null || gradOutput.IsInvalid)
            return nothing;
        try
        {
            using var scope = NewDisposeScope();
            var gradients = compute();
            foreach (var gradient in gradients.OfType<Tensor>())
                (returned ??= []).Add(gradient.DetachFromDisposeScope());
            return gradients!;
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
            return nothing;
        }
        finally
        {
            gradOutput.Dispose();
        }
    }

    private static void Release()
    {
        if (returned is null)
            return;
        foreach (var tensor in returned)
            tensor.Dispose();
        returned.Clear();
    }
}
