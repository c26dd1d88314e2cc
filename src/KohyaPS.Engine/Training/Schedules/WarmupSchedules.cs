namespace KohyaPS.Engine.Training.Schedules;

/// <summary>The schedules that rise on a line for <c>warmup</c> steps and then stay or fall to zero at step <c>total</c>.</summary>
internal static class WarmupSchedules
{
    /// <summary>Always 1.</summary>
    public static RateFactor Constant() => _ => 1;

    /// <summary>1 after the warm-up.</summary>
    public static RateFactor ConstantWithWarmup(long warmup) => Warmed(warmup, _ => 1);

    /// <summary>Down to zero on a line.</summary>
    public static RateFactor Linear(long warmup, long total) =>
        Warmed(warmup, k => Math.Max(0, (total - k) / (double)Math.Max(1, total - warmup)));

    /// <summary>Down on a cosine: half of one for <paramref name="cycles"/> 0.5; past the end it rises again.</summary>
    public static RateFactor Cosine(long warmup, long total, double cycles = 0.5) =>
        Warmed(warmup, k => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * Progress(k, warmup, total)))));

    /// <summary>Steps after the warm-up as a share of those there are.</summary>
    internal static double Progress(long k, long warmup, long total) => (k - warmup) / (double)Math.Max(1, total - warmup);

    /// <summary>k / warmup while the warm-up lasts.</summary>
    internal static RateFactor Warmed(long warmup, Func<long, double> after) => k => k < warmup ? k / (double)Math.Max(1, warmup) : after(k);
}
