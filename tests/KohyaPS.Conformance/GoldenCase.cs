namespace KohyaPS.Conformance;

/// <summary>One recorded case of a peer and how to replay it through the product.</summary>
/// <param name="Id">Unique in its family and stable, for instance "unet.sd1-mini.gradients".</param>
/// <param name="Replay">Runs the product and reports every comparison to the check.</param>
/// <param name="IsFull">True for cases too large for the normal test run (build.ps1 Test -Full).</param>
public sealed record GoldenCase(string Id, Action<GoldenCheck> Replay, bool IsFull = false)
{
    public GoldenResult Run(bool full)
    {
        if (IsFull && !full)
            return new(Id, GoldenOutcome.Skipped, 0, "full-size; runs with -Full");
        var check = new GoldenCheck();
        try
        {
            Replay(check);
        }
        catch (GoldenSkipException skip)
        {
            return new(Id, GoldenOutcome.Skipped, 0, skip.Message);
        }
        catch (Exception e)
        {
            return new(Id, GoldenOutcome.Failed, check.Worst, $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}");
        }
        if (check.Comparisons == 0)
            return new(Id, GoldenOutcome.Failed, 0, "the case compared nothing");
        return check.Failures.Count == 0
            ? new(Id, GoldenOutcome.Passed, check.Worst, "")
            : new(Id, GoldenOutcome.Failed, check.Worst, string.Join('\n', check.Failures));
    }
}

public enum GoldenOutcome { Passed, Failed, Skipped }

/// <param name="Worst">The largest error as a share of its tolerance: at most 1 when passed, 0 for exact cases.</param>
public sealed record GoldenResult(string Id, GoldenOutcome Outcome, double Worst, string Message);

/// <summary>Thrown by a replay that cannot run yet; the reason is reported, and the case never counts as passed.</summary>
public sealed class GoldenSkipException(string reason) : Exception(reason);
