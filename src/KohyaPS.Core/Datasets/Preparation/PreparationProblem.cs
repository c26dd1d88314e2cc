namespace KohyaPS;

/// <summary>Something that stands in the way of preparing folders.</summary>
/// <param name="Kind">What kind of problem.</param>
/// <param name="Subject">The folder or name at fault.</param>
/// <param name="Message">What is wrong and what to type instead.</param>
public sealed record PreparationProblem(PreparationProblemKind Kind, string Subject, string Message);
