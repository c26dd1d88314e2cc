using KohyaPS.Engine.Training;

namespace KohyaPS.Engine.Tests.Training;

public sealed class FailureKindsTests
{
    [Theory]
    [InlineData(28)]                                 // ENOSPC
    [InlineData(122)]                                // EDQUOT of Linux
    [InlineData(unchecked((int)0x80070070))]         // ERROR_DISK_FULL
    [InlineData(unchecked((int)0x8007050F))]         // ERROR_DISK_QUOTA_EXCEEDED
    public void A_full_disk_and_a_used_up_quota_are_told_with_their_cure(int code)
    {
        var (exitCode, message) = FailureKinds.Explain(new IOException("refused", code), "/out");
        Assert.Equal(TrainingExitCode.Environment, exitCode);
        Assert.Contains("The disk of '/out' is full", message, StringComparison.Ordinal);
        Assert.Contains("-Resume", message, StringComparison.Ordinal);
    }
}
