using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// The backward pass of a graph that holds functions of ours. An exception that left one of them would cross native frames and end the process,
/// so it is kept until the pass is over.
/// </summary>
internal static class Gradients
{
    [ThreadStatic]
    private static BackwardPass? pass;

    /// <summary>The backward pass that this thread will start, or is part of: what a function notes when it runs forward.</summary>
    public static BackwardPass Pass => pass ??= new();

    /// <summary>Computes the gradients of a scalar; throws what a function of ours threw on the way.</summary>
    public static void Backward(Tensor loss)
    {
        var own = Pass;
        own.Begin();
        try
        {
            loss.backward();
        }
        finally
        {
            own.Release();
        }
        own.End();
    }

    /// <summary>Runs the backward pass of one function: frees what it makes, keeps what it returns alive, lets nothing out.</summary>
    /// <param name="noted">The pass that the function noted when it ran forward; the thread may be another one now.</param>
    /// <param name="arguments">Number of the function's arguments.</param>
    /// <param name="gradOutput">The incoming gradient; freed here. Undefined when nothing flows back.</param>
    /// <param name="compute">Gives one gradient, or null, for each argument.</param>
    public static List<Tensor> Guard(BackwardPass noted, int arguments, Tensor gradOutput, Func<List<Tensor?>> compute)
    {
        // What the previous function returned has reached its place by now.
        noted.Release();
        List<Tensor> nothing = [.. Enumerable.Repeat<Tensor>(null!, arguments)];
        var ofThread = pass;
        try
        {
            if (noted.HasFailed || gradOutput.IsInvalid)
                return nothing;
            // Functions that run forward anew inside belong to the same pass.
            pass = noted;
            using var scope = NewDisposeScope();
            var gradients = compute();
            foreach (var gradient in gradients.OfType<Tensor>())
                noted.Keep(gradient);
            return gradients!;
        }
        catch (Exception e)
        {
            noted.Fail(e);
            return nothing;
        }
        finally
        {
            pass = ofThread;
            gradOutput.Dispose();
        }
    }
}
