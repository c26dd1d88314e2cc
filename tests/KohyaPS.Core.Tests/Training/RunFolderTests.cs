using System.Diagnostics;
using System.Runtime.Versioning;
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
                foreach (var request in RunFolder.TakeRequests(folder))
                    RunFolder.Reply(folder, new RunReply(request.RequestId, "the-state", null));
                Thread.Sleep(5);
            }
        }, TestContext.Current.CancellationToken);
        var reply = RunFolder.Ask(training, RunRequestKind.SaveState, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        done.Cancel();
        Assert.Equal("the-state", reply.StatePath);
        Assert.Empty(RunFolder.TakeRequests(folder));
    }

    [Fact]
    public async Task Sessions_that_ask_within_one_step_are_all_heard_and_answered()
    {
        var training = Training(Environment.ProcessId);
        var folder = RunFolder.Open(training);
        Task<RunReply> Ask(RunRequestKind kind) => Task.Run(() => RunFolder.Ask(training, kind, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        Task<RunReply>[] asking = [Ask(RunRequestKind.Stop), Ask(RunRequestKind.SaveState)];
        while (Directory.GetFiles(folder, "request-*.json").Length < asking.Length && !asking.Any(a => a.IsCompleted))
            Thread.Sleep(5);
        var requests = RunFolder.TakeRequests(folder);
        Assert.Equal([RunRequestKind.SaveState, RunRequestKind.Stop], requests.Select(r => r.Kind).Order());
        foreach (var request in requests)
            RunFolder.Reply(folder, new RunReply(request.RequestId, request.Kind.ToString(), null));
        Assert.Equal(["Stop", "SaveState"], (await Task.WhenAll(asking)).Select(reply => reply.StatePath));
    }

    [Fact]
    public void A_request_that_names_a_path_as_its_number_is_answered_in_the_run_folder()
    {
        var folder = RunFolder.Open(Training(Environment.ProcessId));
        File.WriteAllText(Path.Combine(folder, "request-7.json"), """{ "requestId": "/../../outside", "kind": "SaveState" }""");
        RunFolder.Reply(folder, new RunReply(RunFolder.TakeRequests(folder).Single().RequestId, null, "no"));
        Assert.True(File.Exists(Path.Combine(folder, "reply-7.json")));
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
        Assert.False(Directory.Exists(RunFolder.PathOf(root, "dog")));
    }

    [Fact]
    public void A_record_that_claims_another_place_or_name_than_its_folder_is_not_believed()
    {
        var folder = RunFolder.Open(Training(Environment.ProcessId));
        var record = Path.Combine(folder, "run.json");
        var text = File.ReadAllText(record);
        File.WriteAllText(record, text.Replace(root, "/somewhere/else", StringComparison.Ordinal));
        Assert.Equal(root, RunFolder.Read(folder)!.OutputFolder);
        File.WriteAllText(record, text.Replace("\"dog\"", "\"../../victim\"", StringComparison.Ordinal));
        Assert.Null(RunFolder.Read(folder));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Every_account_may_add_to_the_registry_of_the_machine()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var before = Environment.GetEnvironmentVariable("KOHYAPS_RUNS");
        try
        {
            Environment.SetEnvironmentVariable("KOHYAPS_RUNS", Path.Combine(root, "runs"));
            Assert.True(RunRegistry.Add(Training(Environment.ProcessId)));
            Assert.Equal((UnixFileMode)0b001_111_111_111, File.GetUnixFileMode(RunRegistry.Folder));
        }
        finally
        {
            Environment.SetEnvironmentVariable("KOHYAPS_RUNS", before);
        }
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
