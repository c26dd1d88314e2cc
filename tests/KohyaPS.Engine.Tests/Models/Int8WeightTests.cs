using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Models;

/// <summary>Weights of one byte a number.</summary>
public class Int8WeightTests
{
    [Fact]
    public void Every_number_is_off_by_half_a_step_of_its_row_at_most()
    {
        using var scope = NewDisposeScope();
        using var weight = linspace(-3, 5, 60).view(4, 15);
        var packed = Int8Weight.Of(weight);
        using var codes = packed.Codes;
        using var scales = packed.Scales;
        Assert.Equal(ScalarType.Int8, codes.dtype);
        var steps = weight.abs().amax([1], keepdim: true) / 127;
        Assert.True(((packed.Restore() - weight).abs() <= steps * 0.501).all().item<bool>());
    }

    [Fact]
    public void A_row_of_zeros_stays_zero()
    {
        using var scope = NewDisposeScope();
        var packed = Int8Weight.Of(zeros(2, 3));
        using var codes = packed.Codes;
        using var scales = packed.Scales;
        Assert.Equal(0, packed.Restore().abs().sum().item<float>());
    }

    [Fact]
    public void The_product_and_its_gradient_are_those_of_the_restored_weight()
    {
        using var scope = NewDisposeScope();
        var packed = Int8Weight.Of(arange(12, dtype: float32).sin().view(3, 4));
        using var codes = packed.Codes;
        using var scales = packed.Scales;
        var bias = tensor(new[] { 0.5f, -1f, 2f });
        var x = arange(8, dtype: float32).cos().view(1, 2, 4).requires_grad_();
        var twin = x.detach().clone().requires_grad_();
        var product = Int8Layer.Run(packed, x, (input, weight) => nn.functional.linear(input, weight, bias), (gradient, weight) => nn.functional.linear(gradient, weight.t()));
        var expected = nn.functional.linear(twin, packed.Restore(), bias);
        Assert.True(product.allclose(expected));
        Gradients.Backward((product * product).sum());
        (expected * expected).sum().backward();
        Assert.True(x.grad!.allclose(twin.grad!, rtol: 1e-5, atol: 1e-6));
    }

    [Theory]
    [InlineData(1, 7, 6)]
    [InlineData(2, 7, 6)]
    [InlineData(2, 8, 5)]
    public void A_convolution_and_its_gradient_are_those_of_the_restored_weight(int stride, long height, long width)
    {
        using var scope = NewDisposeScope();
        var exact = arange(4 * 3 * 9, dtype: float32).sin().view(4, 3, 3, 3);
        var bias = tensor(new[] { 0.5f, -1f, 2f, 0f });
        using var conv = new Conv2d(new WeightSource(new TensorStore(new() { ["weight"] = exact, ["bias"] = bias }), packsWeights: true), stride);
        var scales = exact.abs().amax([1, 2, 3], keepdim: true) / 127;
        Assert.Equal(ScalarType.Int8, conv.Weight.dtype);
        Assert.True((conv.Weight.to(float32) * scales - exact).abs().le(scales * 0.501).all().item<bool>());
        var x = arange(3 * height * width, dtype: float32).cos().view(1, 3, height, width).requires_grad_();
        var twin = x.detach().clone().requires_grad_();
        var output = conv.Forward(x);
        var expected = nn.functional.conv2d(twin, conv.Weight.to(float32) * scales, bias, [stride, stride], [1, 1]);
        Assert.True(output.allclose(expected, rtol: 1e-5, atol: 1e-6));
        Gradients.Backward((output * output).sum());
        (expected * expected).sum().backward();
        Assert.True(x.grad!.allclose(twin.grad!, rtol: 1e-5, atol: 1e-5));
    }

    private sealed class TensorStore(Dictionary<string, Tensor> tensors) : ITensorStore
    {
        public IReadOnlyCollection<string> Names => tensors.Keys;

        public bool Contains(string name) => tensors.ContainsKey(name);

        public long[] Shape(string name) => tensors[name].shape;

        public Tensor Read(string name) => tensors[name].clone();
    }
}
