namespace KohyaPS.Engine.Training.Schedules;

/// <summary>The classes of torch.optim.lr_scheduler that fit on a line, each with the recursion of the original.</summary>
internal static class TorchSchedules
{
    /// <summary>Times gamma every so many steps.</summary>
    public static LearningRateSchedule Step(int size, double gamma) =>
        new ChainedSchedule(b => b, (k, previous, _) => k % size == 0 ? previous * gamma : previous);

    /// <summary>Times gamma at each milestone; one that stands there twice counts twice.</summary>
    public static LearningRateSchedule MultiStep(IReadOnlyList<int> milestones, double gamma) =>
        new ChainedSchedule(b => b, (k, previous, _) => previous * Math.Pow(gamma, milestones.Count(m => m == k)));

    /// <summary>Times gamma in every step.</summary>
    public static LearningRateSchedule Exponential(double gamma) => new ChainedSchedule(b => b, (_, previous, _) => previous * gamma);

    /// <summary>A share of the rate for the first steps.</summary>
    public static LearningRateSchedule Constant(double factor, int iterations) =>
        new ChainedSchedule(b => b * factor, (k, previous, _) => k == iterations ? previous * (1 / factor) : previous);

    /// <summary>On a line from one share of the rate to another.</summary>
    public static LearningRateSchedule Linear(double start, double end, int iterations) => new ChainedSchedule(b => b * start,
        (k, previous, _) => k > iterations ? previous : previous * (1 + (end - start) / (iterations * start + (k - 1) * (end - start))));

    /// <summary>Down to zero on a power of what remains.</summary>
    public static LearningRateSchedule Polynomial(int iterations, double power) => new ChainedSchedule(b => b,
        (k, previous, _) => k > iterations ? previous : previous * Math.Pow((1 - k / (double)iterations) / (1 - (k - 1) / (double)iterations), power));

    /// <summary>Down on half a cosine to <paramref name="floor"/>, up again, and so on (Loshchilov and Hutter 2016, arXiv 1608.03983, without restarts).</summary>
    public static LearningRateSchedule CosineAnnealing(int length, double floor) => new ChainedSchedule(b => b, (k, previous, b) =>
        (k - 1 - length) % (2 * length) == 0
            ? previous + (b - floor) * (1 - Math.Cos(Math.PI / length)) / 2
            : (1 + Math.Cos(Math.PI * k / length)) / (1 + Math.Cos(Math.PI * (k - 1) / length)) * (previous - floor) + floor);
}
