using System.Runtime.InteropServices;
using KohyaPS.Engine.Runtime;

namespace KohyaPS.Engine.Training;

/// <summary>Tells what kind of failure an exception is, and says it so that a person can mend it.</summary>
internal static class FailureKinds
{
    // ENOSPC; EDQUOT of Linux and of macOS; ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED.
    private static readonly int[] diskFull = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027), unchecked((int)0x8007050F)];

    /// <summary>The exit code and the message of a failed training.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="outputFolder">Where the training writes.</param>
    public static (TrainingExitCode Code, string Message) Explain(Exception failure, string outputFolder) => failure switch
    {
        TrainingException e => (e.ExitCode, e.Message),
        CheckpointFormatException or DatasetException => (TrainingExitCode.Invalid, failure.Message),
        OutOfMemoryException => (TrainingExitCode.OutOfMemory, LittleMemory),
        // libtorch's messages carry a native stack trace: only the first line is for people.
        ExternalException e when OutOfMemory.IsMeantBy(e.Message) => (TrainingExitCode.OutOfMemory, LittleMemory),
        ExternalException e => (TrainingExitCode.Failed, $"libtorch failed: {FirstLine(e.Message)}"),
        DllNotFoundException or BadImageFormatException => (TrainingExitCode.Environment, failure.Message),
        TypeInitializationException { InnerException: { } inner } => Explain(inner, outputFolder),
        FileNotFoundException or DirectoryNotFoundException => (TrainingExitCode.Invalid, failure.Message),
        UnauthorizedAccessException => (TrainingExitCode.Environment, $"{failure.Message} Grant this account the right to write to '{outputFolder}', or choose another -OutputDir."),
        IOException e when diskFull.Contains(e.HResult) => (TrainingExitCode.Environment,
            $"The disk of '{outputFolder}' is full, or this account's share of it ({FirstLine(e.Message)}). What was saved before is whole. Free space or choose another -OutputDir, then go on from the last state with -Resume."),
        IOException => (TrainingExitCode.Environment, failure.Message),
        _ => (TrainingExitCode.Failed, $"{failure.GetType().Name}: {FirstLine(failure.Message)}"),
    };

    private static string LittleMemory =>
        "Memory ran out. In the order of effect: -GradientCheckpointing, a smaller -TrainBatchSize (with -GradientAccumulationSteps), a smaller -Resolution, -CacheLatents, -MixedPrecision bf16 where the device is fast with it. Measure-LoraTraining forecasts the need. What a card has lent to this PowerShell stays with it: start PowerShell anew when the next training fails as well.";

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd();
}
