using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// A layer with a weight of one byte a number. The weight is restored for the forward pass and again for the backward pass, so that the graph
/// keeps neither it nor the input.
/// </summary>
internal sealed class Int8Layer : autograd.SingleTensorFunction<Int8Layer>
{
    private const string WeightKey = "weight";
    private const string BackwardKey = "backward";
    private const string PassKey = "pass";

    /// <inheritdoc/>
    public override string Name => nameof(Int8Layer);

    /// <param name="weight">W.</param>
    /// <param name="x">The input, in the compute type.</param>
    /// <param name="forward">What the layer makes of the input and W; linear in the input.</param>
    /// <param name="backward">The gradient of the input, made of that of the output and W.</param>
    public static Tensor Run(Int8Weight weight, Tensor x, Func<Tensor, Tensor, Tensor> forward, Func<Tensor, Tensor, Tensor> backward)
    {
        using var scope = NewDisposeScope();
        var output = x.requires_grad && is_grad_enabled() ? apply(weight, x, forward, backward) : Use(weight, x, forward);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var weight = (Int8Weight)vars[0];
        ctx.set_materialize_grads(false);
        ctx.save_data(WeightKey, weight);
        ctx.save_data(BackwardKey, vars[3]);
        ctx.save_data(PassKey, Gradients.Pass);
        return Use(weight, (Tensor)vars[1], (Func<Tensor, Tensor, Tensor>)vars[2]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        // libtorch's own threads have no scope.
        using var scope = NewDisposeScope();
        var weight = (Int8Weight)ctx.get_data(WeightKey);
        var ofInput = (Func<Tensor, Tensor, Tensor>)ctx.get_data(BackwardKey);
        return Gradients.Guard((BackwardPass)ctx.get_data(PassKey), 4, grad_output, () => [null, Use(weight, grad_output, ofInput), null, null]);
    }

    private static Tensor Use(Int8Weight weight, Tensor x, Func<Tensor, Tensor, Tensor> operation)
    {
        using var scope = NewDisposeScope();
        return operation(x, weight.Restore()).MoveToOuterDisposeScope();
    }
}
