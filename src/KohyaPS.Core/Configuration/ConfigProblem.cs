namespace KohyaPS;

/// <summary>Something wrong with a configuration: where, what and why, and how to mend it.</summary>
/// <param name="Setting">Name of the setting in PascalCase.</param>
/// <param name="Message">What is wrong, and why that matters.</param>
/// <param name="Remedy">What to do instead.</param>
/// <param name="IsWarning">The training would run, but not as the user may think.</param>
public sealed record ConfigProblem(string Setting, string Message, string Remedy, bool IsWarning = false);
