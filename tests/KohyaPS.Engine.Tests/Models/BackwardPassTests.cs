using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Models;

/// <summary>libtorch runs the backward functions of a card's tensors on a thread of its own; here a thread of ours stands in for it.</summary>
public sealed class BackwardPassTests
{
    [Fact]
    public void A_failure_on_another_thread_reaches_the_thread_that_asked()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var loss = OtherThread.Run(x, () => throw new InvalidOperationException("memory ran out there")).sum();
        var failure = Assert.Throws<InvalidOperationException>(() => Gradients.Backward(loss));
        Assert.Equal("memory ran out there", failure.Message);
    }

    [Fact]
    public void Gradients_made_on_another_thread_arrive()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        Gradients.Backward(OtherThread.Run(x, () => full(2, 3f)).sum());
        Assert.Equal([3f, 3f], x.grad!.data<float>().ToArray());
    }

    private sealed class OtherThread : autograd.SingleTensorFunction<OtherThread>
    {
        public override string Name => nameof(OtherThread);

        public static Tensor Run(Tensor x, Func<Tensor> gradient) => apply(x, gradient);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("gradient", vars[1]);
            ctx.save_data("pass", Gradients.Pass);
            return ((Tensor)vars[0]).clone();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            List<Tensor>? gradients = null;
            var thread = new Thread(() => gradients = Gradients.Guard((BackwardPass)ctx.get_data("pass"), 2, grad_output, () => [((Func<Tensor>)ctx.get_data("gradient"))(), null]));
            thread.Start();
            thread.Join();
            return gradients!;
        }
    }
}
