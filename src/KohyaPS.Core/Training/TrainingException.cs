namespace KohyaPS;

/// <summary>A training that cannot start or go on; the message names the thing, the reason and the cure.</summary>
/// <param name="exitCode">The number a script passes on.</param>
/// <param name="message">The whole advice, for a person.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class TrainingException(TrainingExitCode exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The number a script passes on.</summary>
    public TrainingExitCode ExitCode => exitCode;
}
