using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Runtime;

/// <summary>Products must be right for every layout that a forward or backward pass can make.</summary>
public sealed class MatrixProductTests
{
    // float32 sums of up to 96 products err by some 1e-6 of the largest result.
    private const double Tolerance = 1e-5;

    private static readonly long[] Sizes = [1, 2, 5, 12, 33, 64, 96];

    public static TheoryData<string, string> Layouts()
    {
        string[] layouts = ["contiguous", "transposed", "cut", "cut and transposed", "repeated row"];
        var pairs = new TheoryData<string, string>();
        foreach (var left in layouts)
            foreach (var right in layouts)
                pairs.Add(left, right);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Products_are_right_for_every_layout(string left, string right)
    {
        var info = TorchRuntime.Start();
        foreach (var m in Sizes)
            foreach (var k in Sizes)
                foreach (var n in Sizes)
                {
                    using var scope = NewDisposeScope();
                    var (a, b) = (Make(left, m, k), Make(right, k, n));
                    var exact = a.to(float64).mm(b.to(float64));
                    var error = (a.mm(b).to(float64) - exact).abs().max().item<double>();
                    var largest = exact.abs().max().item<double>() + 1;
                    Assert.True(error <= Tolerance * largest, $"[{m}, {k}] {left} times [{k}, {n}] {right} by {info.Float32Products.Library}: error {error}");
                }
    }

    [Fact]
    public void The_faster_library_is_as_right()
    {
        TorchRuntime.Start();
        foreach (var m in Sizes)
            foreach (var k in Sizes)
                foreach (var n in Sizes)
                    foreach (var layout in new[] { "contiguous", "transposed", "cut", "cut and transposed", "repeated row" })
                    {
                        using var scope = NewDisposeScope();
                        var (a, b, bias) = (Numbers(m, k), Make(layout, n, k), Numbers(1, n)[0]);
                        var exact = a.to(float64).mm(b.t().to(float64)) + bias.to(float64);
                        var got = MatrixLibrary.Times(a, b, bias);
                        Assert.Equal([m, n], got.shape);
                        Assert.True(got.is_contiguous());
                        Assert.True((got - exact).abs().max().item<double>() <= Tolerance * (exact.abs().max().item<double>() + 1), $"[{m}, {k}] times [{n}, {k}], {layout}");
                    }
    }

    [Fact]
    public void The_measurement_that_chooses_the_library_sees_float32_accuracy()
    {
        var info = TorchRuntime.Start();
        Assert.InRange(info.Float32Products.RelativeError, 1e-9, Tolerance);
    }

    private static Tensor Make(string layout, long rows, long columns) => layout switch
    {
        "transposed" => Numbers(columns, rows).t(),
        "cut" => Numbers(rows, columns + 3).narrow(1, 1, columns),
        "cut and transposed" => Numbers(columns, rows + 3).narrow(1, 1, rows).t(),
        "repeated row" => Numbers(1, columns).expand(rows, columns),
        _ => Numbers(rows, columns),
    };

    private static Tensor Numbers(long rows, long columns) => arange(rows * columns, dtype: float64).mul(1.7).sin().view(rows, columns).to(float32);
}
