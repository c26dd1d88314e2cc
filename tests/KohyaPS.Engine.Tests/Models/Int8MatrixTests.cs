using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Models;

/// <summary>Matrices of one byte a number.</summary>
public class Int8MatrixTests
{
    [Fact]
    public void Every_number_is_off_by_half_a_step_of_its_row_at_most()
    {
        using var scope = NewDisposeScope();
        using var weight = linspace(-3, 5, 60).view(4, 15);
        var packed = Int8Matrix.Of(weight);
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
        var packed = Int8Matrix.Of(zeros(2, 3));
        using var codes = packed.Codes;
        using var scales = packed.Scales;
        Assert.Equal(0, packed.Restore().abs().sum().item<float>());
    }

    [Fact]
    public void The_product_and_its_gradient_are_those_of_the_restored_matrix()
    {
        using var scope = NewDisposeScope();
        var packed = Int8Matrix.Of(arange(12, dtype: float32).sin().view(3, 4));
        using var codes = packed.Codes;
        using var scales = packed.Scales;
        var bias = tensor(new[] { 0.5f, -1f, 2f });
        var x = arange(8, dtype: float32).cos().view(1, 2, 4).requires_grad_();
        var twin = x.detach().clone().requires_grad_();
        var product = Int8Product.Run(packed, bias, x);
        var expected = nn.functional.linear(twin, packed.Restore(), bias);
        Assert.True(product.allclose(expected));
        Gradients.Backward((product * product).sum());
        (expected * expected).sum().backward();
        Assert.True(x.grad!.allclose(twin.grad!, rtol: 1e-5, atol: 1e-6));
    }
}
