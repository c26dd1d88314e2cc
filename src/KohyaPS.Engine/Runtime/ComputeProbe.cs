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

    // A card needs more work before its speed shows over the time it takes to start a kernel.
    private const long CardChannels = 320;
    private const long CardPixels = 64;
    private const long CardRows = 2048;

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

    /// <summary>The speeds of a card in both types.</summary>
    /// <param name="card">The card.</param>
    /// <param name="cuda">Waits for it: a card's operations only begin when they return.</param>
    public static ComputeSpeeds MeasureCard(Device card, ICuda cuda)
    {
        using var without = no_grad();
        return new(
            Product(float32, CardRows, card, cuda.Synchronize), Convolution(float32, CardChannels, CardPixels, card, cuda.Synchronize),
            Product(bfloat16, CardRows, card, cuda.Synchronize), Convolution(bfloat16, CardChannels, CardPixels, card, cuda.Synchronize));
    }

    /// <summary>GFLOP/s of square matrix products.</summary>
    /// <param name="type">Type of the factors.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="device">Where; null is the processor.</param>
    /// <param name="wait">Waits until the device is done; null where operations end when they return.</param>
    public static double Product(ScalarType type, long size, Device? device = null, Action? wait = null)
    {
        using var scope = NewDisposeScope();
        var a = ones(size, size, dtype: type, device: device);
        var b = ones(size, size, dtype: type, device: device);
        return Rate(2d * size * size * size, Waiting(() => a.mm(b).Dispose(), wait));
    }

    /// <summary>GFLOP/s of 3x3 convolutions that keep size and channels.</summary>
    /// <param name="type">Type of image and kernel.</param>
    /// <param name="channels">Channels before and after.</param>
    /// <param name="pixels">Height and width.</param>
    /// <param name="device">Where; null is the processor.</param>
    /// <param name="wait">Waits until the device is done; null where operations end when they return.</param>
    public static double Convolution(ScalarType type, long channels, long pixels, Device? device = null, Action? wait = null)
    {
        using var scope = NewDisposeScope();
        var image = ones(1, channels, pixels, pixels, dtype: type, device: device);
        var kernel = ones(channels, channels, 3, 3, dtype: type, device: device);
        return Rate(2d * 9 * channels * channels * pixels * pixels, Waiting(() => nn.functional.conv2d(image, kernel, padding: [1, 1]).Dispose(), wait));
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

    private static Action Waiting(Action run, Action? wait) => wait is null ? run : () =>
    {
        run();
        wait();
    };

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
