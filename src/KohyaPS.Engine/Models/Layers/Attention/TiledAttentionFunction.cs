using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>Ties the two passes of tiled attention into the graph.</summary>
internal sealed class TiledAttentionFunction : autograd.SingleTensorFunction<TiledAttentionFunction>
{
    private const string PassKey = "pass";

    /// <inheritdoc/>
    public override string Name => nameof(TiledAttentionFunction);

    /// <param name="q">[B, heads, N, d]</param>
    /// <param name="k">[B, heads, L, d]</param>
    /// <param name="v">[B, heads, L, d]</param>
    /// <returns>[B, N, heads, d]</returns>
    public static Tensor Run(Tensor q, Tensor k, Tensor v)
    {
        // The scope frees a buffer of the output's size that the engine would keep in the graph.
        using var scope = NewDisposeScope();
        return apply(q, k, v).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (q, k, v) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (output, logSums) = TiledAttention.Forward(q, k, v);
        ctx.set_materialize_grads(false);
        ctx.save_data(PassKey, Gradients.Pass);
        // Detached: a saved result would keep its own graph alive.
        ctx.save_for_backward([q, k, v, output.detach(), logSums]);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        return Gradients.Guard((BackwardPass)ctx.get_data(PassKey), 3, grad_output, () =>
        {
            using var without = no_grad();
            var (q, k, v) = TiledAttention.Backward(saved[0], saved[1], saved[2], saved[3], saved[4], grad_output);
            return [q, k, v];
        });
    }
}
