using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>Runs a body without keeping its insides; the backward pass runs it again with them.</summary>
internal sealed class CheckpointFunction : autograd.SingleTensorFunction<CheckpointFunction>
{
    private const string BodyKey = "body";
    private const string PassKey = "pass";

    /// <inheritdoc/>
    public override string Name => nameof(CheckpointFunction);

    /// <summary>The body's result; the only trace of its insides is the body itself and its inputs.</summary>
    public static Tensor Run(Func<Tensor[], Tensor> body, Tensor[] inputs)
    {
        // The scope frees a buffer of the output's size that the engine would keep in the graph.
        using var scope = NewDisposeScope();
        return apply([body, .. inputs]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var body = (Func<Tensor[], Tensor>)vars[0];
        var inputs = vars.Skip(1).Cast<Tensor>().ToList();
        ctx.set_materialize_grads(false);
        ctx.save_data(BodyKey, body);
        ctx.save_data(PassKey, Gradients.Pass);
        ctx.save_for_backward(inputs);
        return body([.. inputs]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        // libtorch's own threads have no scope.
        using var scope = NewDisposeScope();
        var body = (Func<Tensor[], Tensor>)ctx.get_data(BodyKey);
        var saved = ctx.get_saved_variables();
        // The first argument is the body.
        return Gradients.Guard((BackwardPass)ctx.get_data(PassKey), 1 + saved.Count, grad_output, () =>
        {
            var inputs = saved.Select(Leaf).ToArray();
            using (enable_grad())
                autograd.backward([body(inputs)], [grad_output]);
            return [null, .. inputs.Select(i => i.requires_grad ? i.grad : null)];
        });
    }

    private static Tensor Leaf(Tensor saved)
    {
        var leaf = saved.detach();
        leaf.requires_grad = saved.requires_grad;
        return leaf;
    }
}
