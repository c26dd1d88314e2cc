using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// y = x W^T + b with a W of one byte a number. W is restored for the product and again for the backward pass, so that the graph keeps neither
/// it nor x.
/// </summary>
internal sealed class Int8Product : autograd.SingleTensorFunction<Int8Product>
{
    private const string MatrixKey = "matrix";
    private const string PassKey = "pass";

    /// <inheritdoc/>
    public override string Name => nameof(Int8Product);

    /// <param name="matrix">W.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="x">[..., in] in the compute type.</param>
    /// <returns>[..., out]</returns>
    public static Tensor Run(Int8Matrix matrix, Tensor? bias, Tensor x)
    {
        using var scope = NewDisposeScope();
        var product = x.requires_grad && is_grad_enabled() ? apply(matrix, x) : Multiply(matrix, x);
        return (bias is null ? product : product + bias).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var matrix = (Int8Matrix)vars[0];
        ctx.set_materialize_grads(false);
        ctx.save_data(MatrixKey, matrix);
        ctx.save_data(PassKey, Gradients.Pass);
        return Multiply(matrix, (Tensor)vars[1]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        // libtorch's own threads have no scope.
        using var scope = NewDisposeScope();
        var matrix = (Int8Matrix)ctx.get_data(MatrixKey);
        // The first argument is the matrix.
        return Gradients.Guard((BackwardPass)ctx.get_data(PassKey), 2, grad_output, () =>
        {
            var turned = matrix.Restore().t();                                  // [in, out]
            return [null, nn.functional.linear(grad_output, turned)];           // [..., in]
        });
    }

    private static Tensor Multiply(Int8Matrix matrix, Tensor x)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(x, matrix.Restore()).MoveToOuterDisposeScope();
    }
}
