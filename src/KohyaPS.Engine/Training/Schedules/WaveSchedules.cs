using static KohyaPS.Engine.Training.Schedules.WarmupSchedules;

namespace KohyaPS.Engine.Training.Schedules;

/// <summary>The named schedules that are no plain line or half cosine, as diffusers and transformers define them.</summary>
internal static class WaveSchedules
{
    /// <summary>Falls on a half cosine and starts again, <paramref name="cycles"/> times.</summary>
    public static RateFactor CosineWithRestarts(long warmup, long total, int cycles) => Warmed(warmup, k =>
    {
        var progress = Progress(k, warmup, total);
        return progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (cycles * progress % 1))));
    });

    /// <summary>From the learning rate down to <paramref name="lastRate"/> on a power of the remaining steps.</summary>
    /// <param name="warmup">Steps of the warm-up.</param>
    /// <param name="total">Steps of the training.</param>
    /// <param name="power">1 is a line.</param>
    /// <param name="rate">The optimizer's own learning rate, of which the result is a share.</param>
    /// <param name="lastRate">What is left at the end.</param>
    public static RateFactor Polynomial(long warmup, long total, double power, double rate, double lastRate = 1e-7) => Warmed(warmup, k => k > total
        ? lastRate / rate
        : ((rate - lastRate) * Math.Pow(1 - Progress(k, warmup, total), power) + lastRate) / rate);

    /// <summary>One over the root of the steps.</summary>
    /// <param name="warmup">Steps of the warm-up.</param>
    /// <param name="timescale">Steps after which it is halved in the square; null or 0 takes the warm-up, or 10000 without one.</param>
    public static RateFactor InverseSqrt(long warmup, long? timescale)
    {
        var scale = timescale is > 0 ? timescale.Value : warmup > 0 ? warmup : 10_000;
        return Warmed(warmup, k => 1 / Math.Sqrt((k + scale - warmup) / (double)scale));
    }

    /// <summary>A cosine between 1 and <paramref name="floor"/>.</summary>
    /// <param name="warmup">Steps of the warm-up.</param>
    /// <param name="total">Steps of the training.</param>
    /// <param name="cycles">Whole waves: a half goes down once.</param>
    /// <param name="floor">Lowest factor.</param>
    public static RateFactor CosineWithFloor(long warmup, long total, double cycles, double floor) => Warmed(warmup, k =>
        Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * Progress(k, warmup, total))) * (1 - floor) + floor));
}
