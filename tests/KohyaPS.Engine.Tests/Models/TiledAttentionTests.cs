using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Models.Layers.Attention;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Models;

/// <summary>Tiled attention against the formula in float64: sizes that fill no vector, several tiles, heads in one tile, half types.</summary>
public sealed class TiledAttentionTests
{
    [Theory]
    [InlineData(1, 2, 70, 301, 40)]      // several heads in a tile, keys with a rest
    [InlineData(2, 3, 1500, 1500, 16)]   // one head in several tiles
    [InlineData(1, 1, 2100, 1003, 8)]
    [InlineData(2, 8, 64, 257, 160)]
    public void Results_and_gradients_are_those_of_the_formula(long batch, long heads, long rows, long keys, long width)
    {
        using var scope = NewDisposeScope();
        var (q, k, v, g) = Make(batch, heads, rows, keys, width, float32);
        var (want, wantGradients) = Formula(q, k, v, g);
        var (got, gradients) = Run(q, k, v, g);
        Assert.True(Error(got, want) < 2e-6, $"result: {Error(got, want)}");
        for (var i = 0; i < 3; i++)
            Assert.True(Error(gradients[i], wantGradients[i]) < 1e-5, $"gradient {i}: {Error(gradients[i], wantGradients[i])}");
    }

    [Fact]
    public void Bfloat16_is_as_near_to_the_formula_as_its_rounding_allows()
    {
        using var scope = NewDisposeScope();
        var (q, k, v, g) = Make(1, 4, 333, 420, 40, bfloat16);
        var (want, wantGradients) = Formula(q, k, v, g);
        var (got, gradients) = Run(q, k, v, g);
        // Scores, probabilities and results are rounded to 8 bits each.
        Assert.Equal(bfloat16, got.dtype);
        Assert.True(Error(got, want) < 0.02, $"result: {Error(got, want)}");
        for (var i = 0; i < 3; i++)
            Assert.True(Error(gradients[i], wantGradients[i]) < 0.03, $"gradient {i}: {Error(gradients[i], wantGradients[i])}");
    }

    [Fact]
    public void Without_a_graph_the_result_is_the_same()
    {
        using var scope = NewDisposeScope();
        var (q, k, v, g) = Make(1, 2, 100, 300, 24, float32);
        var (got, _) = Run(q, k, v, g);
        using var without = no_grad();
        Assert.Equal(0, Error(AttentionKernels.Tiled.Run(q, k, v, isCausal: false), got));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void What_is_no_number_stays_so(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var (q, k, v, _) = Make(1, 1, 80, 300, 16, dtype);
        q[0, 0, 5, 3] = tensor(double.NaN, dtype: dtype);
        var result = AttentionKernels.Tiled.Run(q, k, v, isCausal: false);
        Assert.True(result[0, 0, 5].isnan().all().item<bool>());
        Assert.False(result[0, 0, 6].isnan().any().item<bool>());
    }

    [Fact]
    public void Large_scores_leave_the_largest_key_alone()
    {
        using var scope = NewDisposeScope();
        var (q, k, v, _) = Make(1, 1, 64, 300, 16, float32);
        var result = AttentionKernels.Tiled.Run(q * 1e6, k, v, isCausal: false);
        var best = q.matmul(k.transpose(2, 3)).argmax(3)[0, 0];
        Assert.True(Error(result[0, 0], v[0, 0].index_select(0, best)) < 1e-3);
    }

    private static (Tensor Q, Tensor K, Tensor V, Tensor Gradient) Make(long batch, long heads, long rows, long keys, long width, ScalarType dtype)
    {
        // As the layers before give them: heads are a view.
        Tensor Numbers(ulong seed, long count)
        {
            using var generator = new Generator(seed);
            return randn(batch, count, heads, width, generator: generator).to(dtype).transpose(1, 2);
        }

        return (Numbers(0, rows), Numbers(1, keys), Numbers(2, keys), Numbers(3, rows));
    }

    private static (Tensor Result, Tensor[] Gradients) Run(Tensor q, Tensor k, Tensor v, Tensor g)
    {
        Tensor[] leaves = [.. new[] { q, k, v }.Select(t => t.detach().requires_grad_())];
        var result = AttentionKernels.Tiled.Run(leaves[0], leaves[1], leaves[2], isCausal: false);
        Gradients.Backward((result.to(float64) * g.to(float64)).sum());
        return (result.detach(), [.. leaves.Select(l => l.grad!)]);
    }

    private static (Tensor Result, Tensor[] Gradients) Formula(Tensor q, Tensor k, Tensor v, Tensor g)
    {
        Tensor[] leaves = [.. new[] { q, k, v }.Select(t => t.to(float64).detach().requires_grad_())];
        var result = (leaves[0].matmul(leaves[1].transpose(2, 3)) / Math.Sqrt(q.size(3))).softmax(3).matmul(leaves[2]);
        (result * g.to(float64)).sum().backward();
        return (result.detach(), [.. leaves.Select(l => l.grad!)]);
    }

    private static double Error(Tensor got, Tensor want) =>
        (got.to(float64) - want.to(float64)).abs().max().item<double>() / want.to(float64).abs().max().item<double>();
}
