namespace KohyaPS;

/// <summary>Something about a dataset that is wrong or worth knowing: what, where, and what to do.</summary>
/// <param name="Id">Which finding; the names never change.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Path">The folder or file; the name of a setting for findings about settings.</param>
/// <param name="Message">What was found, with its numbers.</param>
/// <param name="Remedy">What to do.</param>
public sealed record DatasetFinding(DatasetFindingId Id, FindingSeverity Severity, string Path, string Message, string Remedy)
{
    /// <summary>The number that the message is about, such as a count, a share or a factor; null without.</summary>
    public double? Value { get; init; }

    /// <summary>All files or tags that the finding is about, the worst first where there is an order; empty where Path says it all.</summary>
    public IReadOnlyList<string> Items { get; init => field = value.ToArray(); } = [];
}
