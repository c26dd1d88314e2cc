using System.Diagnostics;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// Times a matrix product and a 3x3 convolution. Processors without bfloat16 instructions are hundreds of times slower in it,
/// so the first run is tiny and the timed one follows only where that was quick.
/// </summary>
internal static class ComputeProbe
{
    private const long TinyChannels = 16;
    private const long Channels = 128;
    private const long Pixels = 32;
    private const long Rows = 512;
    private const int Runs = 5;

    // A tiny convolution takes some 20 microseconds, without the instructions tens of milliseconds.
    private static readonly TimeSpan TooSlow = TimeSpan.FromMilliseconds(5);

    /// <summary>The speeds of both types.</summary>
    public static ComputeSpeeds Measure()
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        var isUsable = IsUsable(bfloat16);
        return new(Product(float32, Rows), Convolution(float32, Channels, Pixels),
            isUsable ? Product(bfloat16, Rows) : 0, isUsable ? Convolution(bfloat16, Channels, Pixels) : 0);
    }

    /// <summary>GFLOP/s of square matrix products.</summary>
    /// <param name="type">Type of the factors.</param>
    /// <param name="size">Rows and columns.</param>
    public static double Product(ScalarType type, long size)
    {
        using var scope = NewDisposeScope();
        var a = ones(size, size, dtype: type);
        var b = ones(size, size, dtype: type);
        return Rate(2d * size * size * size, () => a.mm(b).Dispose());
    }

    /// <summary>GFLOP/s of 3x3 convolutions that keep size and channels.</summary>
    /// <param name="type">Type of image and kernel.</param>
    /// <param name="channels">Channels before and after.</param>
    /// <param name="pixels">Height and width.</param>
    public static double Convolution(ScalarType type, long channels, long pixels)
    {
        using var scope = NewDisposeScope();
        var image = ones(1, channels, pixels, pixels, dtype: type);
        var kernel = ones(channels, channels, 3, 3, dtype: type);
        return Rate(2d * 9 * channels * channels * pixels * pixels, () => nn.functional.conv2d(image, kernel, padding: [1, 1]).Dispose());
    }

    private static bool IsUsable(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var image = ones(1, TinyChannels, TinyChannels, TinyChannels, dtype: type);
        var kernel = ones(TinyChannels, TinyChannels, 3, 3, dtype: type);
        void Convolve() => nn.functional.conv2d(image, kernel, padding: [1, 1]).Dispose();
        Convolve();
        // The best of a few: on a busy machine a single one may have waited for its turn.
        return Enumerable.Range(0, Runs).Any(_ => Time(Convolve) < TooSlow);
    }

    private static double Rate(double operations, Action run)
    {
        run();
        var best = Enumerable.Range(0, Runs).Min(_ => Time(run));
        return operations / best.TotalSeconds / 1e9;
    }

    private static TimeSpan Time(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start);
    }
}
