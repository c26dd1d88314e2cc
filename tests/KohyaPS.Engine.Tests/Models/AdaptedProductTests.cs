using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Models;

/// <summary>The products of linear layers for every layout of input and gradient that other layers can hand over, against float64.</summary>
public sealed class AdaptedProductTests
{
    // Sums of up to 515 products in float32, as a share of the largest value; in bfloat16 each number has 8 bits, and three are rounded one
    // after the other before terms cancel. A layout that is read wrongly is off by about 1.
    private const double Exact = 1e-5;
    private const double Half = 0.1;

    // The last ones are large enough for the other library.
    private static readonly long[] Rows = [1, 2, 8, 33, 515];
    private static readonly long[] Sides = [1, 3, 8, 40, 70];

    public static TheoryData<string, bool, bool> Layouts()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (var layout in new[] { "contiguous", "turned", "cut", "repeated" })
            foreach (var hasBias in new[] { true, false })
                foreach (var isHalf in new[] { true, false })
                    data.Add(layout, hasBias, isHalf);
        return data;
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Results_and_gradients_are_right_for_every_layout(string layout, bool hasBias, bool isHalf)
    {
        var dtype = isHalf ? bfloat16 : float32;
        foreach (var rows in Rows)
            foreach (var inputs in Sides)
                foreach (var outputs in Sides)
                    foreach (var rank in new long[] { 0, 1, 4, 16 })
                    {
                        using var scope = NewDisposeScope();
                        var (x, g) = (Make(layout, rows, inputs, dtype), Make(layout, rows, outputs, dtype));
                        var weight = Numbers(outputs, inputs).to(dtype);
                        var bias = hasBias ? Numbers(1, outputs)[0].to(dtype) : null;
                        LowRankUpdate? update = rank == 0 ? null : new(Numbers(rank, inputs), Numbers(outputs, rank), 0.5);
                        var got = Gradients(x, weight, bias, update, g, exact: false);
                        var want = Gradients(x, weight, bias, update, g, exact: true);
                        for (var i = 0; i < want.Count; i++)
                        {
                            var error = (got[i].to(float64) - want[i]).abs().max().item<double>() / (want[i].abs().max().item<double>() + 1);
                            Assert.True(error < (isHalf ? Half : Exact), $"{layout} [{rows}, {inputs}] -> {outputs}, rank {rank}: value {i} is off by {error}");
                        }
                    }
    }

    [Fact]
    public void An_input_without_a_gradient_leaves_the_update_its_own()
    {
        using var scope = NewDisposeScope();
        var (down, up) = (Numbers(4, 24).requires_grad_(), Numbers(16, 4).requires_grad_());
        var y = AdaptedProduct.Run(Numbers(10, 24), Numbers(16, 24), null, new(down, up, 1));
        KohyaPS.Engine.Models.Layers.Gradients.Backward(y.sum());
        Assert.NotNull(down.grad);
        Assert.NotNull(up.grad);
    }

    [Fact]
    public void The_scale_is_not_rounded_to_the_type_of_the_product()
    {
        using var scope = NewDisposeScope();
        var (down, up) = (ones(1, 11).requires_grad_(), ones(11, 1).requires_grad_());
        var y = AdaptedProduct.Run(ones(1, 11, dtype: bfloat16), zeros(11, 11, dtype: bfloat16), null, new(down, up, 0.3));
        KohyaPS.Engine.Models.Layers.Gradients.Backward(y.sum());
        // 11 outputs times 0.3 is 3.3, in bfloat16 3.296875; with 0.30078125 in place of 0.3 it is 3.3125.
        Assert.Equal(3.296875f, down.grad![0, 0].item<float>());
        Assert.Equal(3.296875f, up.grad![0, 0].item<float>());
    }

    [Fact]
    public void The_result_may_be_changed_in_place()
    {
        using var scope = NewDisposeScope();
        var x = Numbers(12, 20).view(2, 6, 20).requires_grad_();
        var weight = Numbers(20, 20);
        var y = AdaptedProduct.Run(x, weight, Numbers(1, 20)[0], null).add_(x);
        KohyaPS.Engine.Models.Layers.Gradients.Backward(y.sum());
        var want = ones(12, 20).mm(weight).add_(1).view(2, 6, 20);
        Assert.True((x.grad! - want).abs().max().item<float>() < Exact * 20);
    }

    private static List<Tensor> Gradients(Tensor x, Tensor weight, Tensor? bias, LowRankUpdate? update, Tensor g, bool exact)
    {
        Tensor Leaf(Tensor t) => (exact ? t.to(float64) : t.alias()).detach().requires_grad_();
        var leaf = Leaf(x);
        LowRankUpdate? change = update is { } u ? new(Leaf(u.Down), Leaf(u.Up), u.Scale) : null;
        Tensor y;
        if (exact)
        {
            y = leaf.matmul(weight.to(float64).t());
            y = bias is null ? y : y + bias.to(float64);
            y = change is { } c ? y + leaf.matmul(c.Down.t()).matmul(c.Up.t()) * c.Scale : y;
            y.backward([g.to(float64)]);
        }
        else
        {
            y = AdaptedProduct.Run(leaf, weight, bias, change);
            y.backward([g]);
        }
        return [y.detach(), leaf.grad!, .. change is { } d ? new[] { d.Down.grad!, d.Up.grad! } : []];
    }

    private static Tensor Make(string layout, long rows, long columns, ScalarType dtype) => layout switch
    {
        "turned" => Numbers(columns, rows).to(dtype).t(),
        "cut" => Numbers(rows, columns + 3).to(dtype).narrow(1, 1, columns),
        "repeated" => Numbers(1, columns).to(dtype).expand(rows, columns),
        _ => Numbers(rows, columns).to(dtype),
    };

    // The same numbers in every run; random, since sums of regular ones cancel.
    private static Tensor Numbers(long rows, long columns)
    {
        using var generator = new Generator((ulong)(1000 * rows + columns));
        return randn(rows, columns, generator: generator);
    }
}
