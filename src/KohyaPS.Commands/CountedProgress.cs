using System.Globalization;
using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>The progress bar of work that is counted, drawn at most four times a second.</summary>
/// <param name="cmdlet">Whose work it is.</param>
/// <param name="activity">What is done, such as "Copying pictures".</param>
/// <param name="unit">What is counted, such as "files"; empty for none.</param>
internal sealed class CountedProgress(PSCmdlet cmdlet, string activity, string unit = "")
{
    private const int Id = 0x4b52;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly ProgressRecord record = new(Id, activity, "starting");
    private DateTime next;

    /// <summary>Shows how far the work is, unless that was shown just now. On the pipeline's thread.</summary>
    public void Show(int done, int all) => Show(done, all, () => string.Create(CultureInfo.CurrentCulture, $"{done} of {all} {unit}").TrimEnd());

    /// <summary>The same with a text of one's own.</summary>
    public void Show(long done, long all, Func<string> status)
    {
        if (DateTime.UtcNow < next)
            return;
        next = DateTime.UtcNow + Interval;
        record.StatusDescription = status();
        record.PercentComplete = (int)(100 * done / Math.Max(all, 1));
        cmdlet.WriteProgress(record);
    }

    /// <summary>Takes the bar away. After Ctrl+C the host takes no output and does so itself.</summary>
    public void Complete()
    {
        if (next == default || cmdlet.Stopping)
            return;
        record.RecordType = ProgressRecordType.Completed;
        cmdlet.WriteProgress(record);
    }
}
