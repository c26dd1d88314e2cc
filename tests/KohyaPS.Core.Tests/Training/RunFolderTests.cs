using System.Diagnostics;
using KohyaPS.Training.Runs;

namespace KohyaPS.Core.Tests.Training;

public sealed class RunFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("kohyaps-run-").FullName;

    [Fact]
    public void A_request_reaches_the_training_and_its_answer_comes_back()
    {
        var training = Training(Environment.ProcessId);
        var folder = RunFolder.Open(training);
        using var done = new CancellationTokenSource();
        var trainer = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                if (RunFolder.TakeRequest(folder) is { } request)
                    RunFolder.Reply(folder, new RunReply(request.RequestId, "the-state", null));
                Thread.Sleep(5);
            }
        }, TestContext.Current.CancellationToken);
        var reply = RunFolder.Ask(training, RunRequestKind.SaveState, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        done.Cancel();
        Assert.Equal("the-state", reply.StatePath);
        Assert.Null(RunFolder.TakeRequest(folder));
    }

    [Fact]
    public void Two_trainings_may_not_write_under_one_name_in_one_folder()
    {
        RunFolder.Open(Training(Environment.ProcessId));
        var refused = Assert.Throws<TrainingException>(() => RunFolder.Open(Training(Environment.ProcessId)));
        Assert.Equal(TrainingExitCode.Environment, refused.ExitCode);
        Assert.Contains("already training 'dog'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dead_training_holds_no_name()
    {
        var dead = Training(Environment.ProcessId) with { ProcessStarted = DateTimeOffset.UnixEpoch };
        RunFolder.Open(dead);
        Assert.Empty(RunRegistry.In(root));
        RunFolder.Open(Training(Environment.ProcessId));
        Assert.Equal("dog", RunRegistry.In(root).Single().Name);
    }

    [Fact]
    public void Asking_a_training_that_ended_fails_at_once()
    {
        var training = Training(Environment.ProcessId);
        RunFolder.Close(RunFolder.Open(training));
        Assert.Contains("ended before it answered", Assert.Throws<TrainingException>(
            () => RunFolder.Ask(training, RunRequestKind.Stop, TimeSpan.FromMinutes(10), TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_record_is_no_training()
    {
        var folder = RunFolder.Open(Training(Environment.ProcessId));
        File.WriteAllText(Path.Combine(folder, "run.json"), "{ half");
        Assert.Null(RunFolder.Read(folder));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private ActiveTraining Training(int processId)
    {
        using var process = Process.GetCurrentProcess();
        return new ActiveTraining
        {
            RunId = "abc123",
            Name = "dog",
            OutputFolder = root,
            ProcessId = processId,
            ProcessStarted = process.StartTime,
            Started = DateTimeOffset.UtcNow,
            TotalSteps = 10,
        };
    }
}
