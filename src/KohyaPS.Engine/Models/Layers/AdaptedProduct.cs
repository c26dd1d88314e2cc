using KohyaPS.Engine.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// y = x W^T + b + scale · (x down^T) up^T with frozen W and b, as one step of the graph: the update is added where the product lies, in both
/// passes, and large float32 products run in the faster library.
/// </summary>
internal sealed class AdaptedProduct : autograd.SingleTensorFunction<AdaptedProduct>
{
    private const string FrozenKey = "frozen";
    private const string PassKey = "pass";
    private const string ShapeKey = "shape";

    /// <inheritdoc/>
    public override string Name => nameof(AdaptedProduct);

    /// <summary>True where the product can be computed here: on the processor, in a type it computes, with weights that get no gradient.</summary>
    public static bool Suits(Tensor x, Tensor weight, Tensor? bias) =>
        x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.dtype == weight.dtype
        && !weight.requires_grad && bias?.requires_grad != true;

    /// <param name="x">[..., in]</param>
    /// <param name="weight">[out, in] or [out, in, 1, 1]</param>
    /// <param name="bias">[out] or null</param>
    /// <param name="update">The adapter's change, or null.</param>
    /// <returns>[..., out], no view of another tensor: it may be changed in place.</returns>
    public static Tensor Run(Tensor x, Tensor weight, Tensor? bias, LowRankUpdate? update)
    {
        // The scope frees a buffer of the output's size that the engine would keep in the graph.
        using var scope = NewDisposeScope();
        var frozen = new Frozen(weight, bias, update?.Scale ?? 0);
        var records = is_grad_enabled() && (x.requires_grad || update is { } change && (change.Down.requires_grad || change.Up.requires_grad));
        var output = records
            ? update is { } low ? apply(frozen, x, low.Down, low.Up) : apply(frozen, x)
            : frozen.Forward(x, update?.Down, update?.Up).Output;
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var frozen = (Frozen)vars[0];
        var x = (Tensor)vars[1];
        ctx.set_materialize_grads(false);
        ctx.save_data(FrozenKey, frozen);
        ctx.save_data(PassKey, Gradients.Pass);
        if (vars.Length == 2)
        {
            // The input itself is of no use later, and may be large.
            ctx.save_data(ShapeKey, x.shape);
            return frozen.Forward(x, null, null).Output;
        }
        var (down, up) = ((Tensor)vars[2], (Tensor)vars[3]);
        var (output, hidden) = frozen.Forward(x, down, up);
        ctx.save_for_backward([x, down, up, hidden!]);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var frozen = (Frozen)ctx.get_data(FrozenKey);
        var saved = ctx.get_saved_variables();
        var hasUpdate = saved.Count > 0;
        return Gradients.Guard((BackwardPass)ctx.get_data(PassKey), hasUpdate ? 4 : 2, grad_output, () =>
        {
            using var without = no_grad();
            return hasUpdate ? [null, .. frozen.Backward(saved[0], saved[1], saved[2], saved[3], grad_output)] : [null, frozen.Backward((long[])ctx.get_data(ShapeKey), grad_output)];
        });
    }

    /// <summary>What no gradient flows to, and the two passes.</summary>
    private sealed record Frozen(Tensor Weight, Tensor? Bias, double Scale)
    {
        // Made anew in the scope of each use.
        private Tensor Matrix => Weight.flatten(1);

        private long Inputs => Weight.size(1);

        private long Outputs => Weight.size(0);

        public (Tensor Output, Tensor? Hidden) Forward(Tensor x, Tensor? down, Tensor? up)
        {
            using var scope = NewDisposeScope();
            var rows = Rows(x, Inputs);                                                  // [N, in]
            long[] shape = [.. x.shape[..^1], Outputs];
            var output = Product(rows, shape);
            if (down is null || up is null)
                return (output.MoveToOuterDisposeScope(), null);
            var hidden = rows.mm(down.to(x.dtype).t());                                  // [N, r]
            output.view(-1, Outputs).addmm_(hidden, up.to(x.dtype).t(), 1, (float)Scale);
            return (output.MoveToOuterDisposeScope(), hidden.MoveToOuterDisposeScope());
        }

        // Of the input, through the frozen weight.
        public Tensor Backward(long[] shape, Tensor gradient)
        {
            var rows = Rows(gradient, Outputs);
            if (MatrixLibrary.IsFaster(rows.dtype, rows.size(0), Outputs, Inputs))
                return MatrixLibrary.Times(rows, Matrix.t(), null).view(shape);
            return rows.mm(Matrix).view(shape);
        }

        public List<Tensor?> Backward(Tensor x, Tensor down, Tensor up, Tensor hidden, Tensor gradient)
        {
            var (rows, inputs) = (Rows(gradient, Outputs), Rows(x, Inputs));             // [N, out], [N, in]
            var (a, b) = (down.to(x.dtype), up.to(x.dtype));
            var narrow = rows.mm(b);                                                     // [N, r]
            var change = x.requires_grad ? Backward(x.shape, gradient) : null;
            change?.view(-1, Inputs).addmm_(narrow, a, 1, (float)Scale);
            // Not in place: TorchSharp would round the scale to bfloat16 (1/3 becomes 0.334).
            var ofDown = down.requires_grad ? narrow.t().mm(inputs).mul(Scale).to(down.dtype) : null;
            var ofUp = up.requires_grad ? hidden.t().mm(rows).mul(Scale).t().to(up.dtype) : null;
            return [change, ofDown, ofUp];
        }

        // Never a view of another tensor in the eyes of the graph, so that it may be changed in place.
        private Tensor Product(Tensor rows, long[] shape)
        {
            if (MatrixLibrary.IsFaster(rows.dtype, rows.size(0), Inputs, Outputs))
                return MatrixLibrary.Times(rows, Matrix, Bias).view(shape).detach();
            var output = empty(shape, rows.dtype);
            if (Bias is not null)
                output.copy_(Bias);
            var flat = output.view(-1, Outputs);
            flat.addmm_(rows, Matrix.t(), Bias is null ? 0 : 1, 1);
            return output;
        }

        // Rows side by side, whatever the layers around left: single rows or columns that lie apart are what libraries read wrongly.
        private static Tensor Rows(Tensor x, long width) => x.reshape(-1, width).contiguous();
    }
}
