using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>The latents on their way through a sampler: frees what each step leaves behind and tells the watcher.</summary>
internal sealed class LatentWalk(Tensor start, SamplerRun run)
{
    /// <summary>The latents after the last step.</summary>
    public Tensor Result { get; private set; } = start.alias();

    /// <summary>One call to the model; what it allocates beside its result is freed.</summary>
    /// <param name="step">From the latents to the next ones.</param>
    public void Step(Func<Tensor, Tensor> step)
    {
        run.Cancellation.ThrowIfCancellationRequested();
        var before = Result;
        using (NewDisposeScope())
            Result = step(before).MoveToOuterDisposeScope();
        before.Dispose();
        run.OnCall?.Invoke(Result);
    }
}
