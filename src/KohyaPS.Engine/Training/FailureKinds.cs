using System.Runtime.InteropServices;
using KohyaPS.Engine.Runtime;

namespace KohyaPS.Engine.Training;

/// <summary>Tells what kind of failure an exception is, and says it so that a person can mend it.</summary>
internal static class FailureKinds
{
    private const int DiskFullPosix = 28;                             // ENOSPC
    private const int DiskFullWindows = unchecked((int)0x80070070);   // ERROR_DISK_FULL
    private const int QuotaWindows = unchecked((int)0x80070027);      // ERROR_HANDLE_DISK_FULL

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
        IOException e when IsDiskFull(e) => (TrainingExitCode.Environment,
            $"The disk of '{outputFolder}' is full ({FirstLine(e.Message)}). What was saved before is whole. Free space or choose another -OutputDir, then go on from the last state with -Resume."),
        IOException => (TrainingExitCode.Environment, failure.Message),
        _ => (TrainingExitCode.Failed, $"{failure.GetType().Name}: {FirstLine(failure.Message)}"),
    };

    private static bool IsDiskFull(IOException e) => e.HResult is DiskFullPosix or DiskFullWindows or QuotaWindows;

    private static string LittleMemory =>
        "Memory ran out. In the order of effect: -GradientCheckpointing, a smaller -TrainBatchSize (with -GradientAccumulationSteps), a smaller -Resolution, -CacheLatents, -MixedPrecision bf16 where the device is fast with it. Measure-LoraTraining forecasts the need. What a card has lent to this PowerShell stays with it: start PowerShell anew when the next training fails as well.";

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd();
}
