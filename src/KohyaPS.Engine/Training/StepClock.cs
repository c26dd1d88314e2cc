using System.Diagnostics;

namespace KohyaPS.Engine.Training;

/// <summary>Measures steps and expects the next ones to take as long as the recent ones.</summary>
internal sealed class StepClock
{
    // Weight of the newest step in the moving mean: about the last twenty count.
    private const double Smoothing = 0.1;
    private long last;

    /// <summary>Moving mean of the duration of a step, in seconds.</summary>
    public double SecondsPerStep { get; private set; }

    /// <summary>Begins the first step: what was before it is none.</summary>
    public void Start() => last = Stopwatch.GetTimestamp();

    /// <summary>Ends a step.</summary>
    /// <returns>Its duration in seconds.</returns>
    public double Lap()
    {
        var now = Stopwatch.GetTimestamp();
        var seconds = Stopwatch.GetElapsedTime(last, now).TotalSeconds;
        last = now;
        SecondsPerStep = SecondsPerStep == 0 ? seconds : SecondsPerStep + Smoothing * (seconds - SecondsPerStep);
        return seconds;
    }
}
