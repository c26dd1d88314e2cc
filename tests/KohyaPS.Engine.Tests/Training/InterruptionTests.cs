using KohyaPS.Core.Tests.Files;
using KohyaPS.Engine.Training;
using KohyaPS.Training.Runs;
using TorchSharp;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>Trainings that are stopped, asked, left or killed: what they leave, and what a resumed one makes of it.</summary>
[Collection(nameof(SmallTraining))]
public sealed class InterruptionTests : IDisposable
{
    private readonly SmallTraining small = new();

    // Two epochs of three steps. Step and epoch saves fall on the same steps, the last one included.
    private readonly (string, object?)[] saving =
        [("max_train_steps", 6), ("save_every_n_steps", 3), ("save_every_n_epochs", 1), ("save_state", true), ("output_name", "robot")];

    [Fact]
    public void A_training_that_is_killed_after_any_state_and_resumed_leaves_what_one_that_was_not_leaves()
    {
        var states = new List<string>();
        var whole = small.Config(saving);
        Assert.True(SmallTraining.Run(whole, e => Note(e, states)).Succeeded);
        Assert.Equal(["robot-step00000003-state", "robot-000001-state", "robot-step00000006-state", "robot-state"], states);
        foreach (var last in states)
        {
            var config = small.Config(saving);
            var killed = SmallTraining.Run(config, e => ThrowAfter(e, last));
            Assert.Equal((TrainingExitCode.Failed, last), (killed.ExitCode, Path.GetFileName(killed.State!.Path)));
            var resumed = SmallTraining.Run(config with { Training = config.Training with { Resume = killed.State.Path } });
            Assert.True(resumed.Succeeded, resumed.Message);
            Assert.Equal((6, 2), (resumed.Steps, resumed.Epochs));
            AssertSameFiles(whole, config, last);
        }
    }

    [Fact]
    public void A_stop_at_the_end_of_an_epoch_comes_after_the_saves_of_the_epoch()
    {
        using var stop = new CancellationTokenSource();
        var config = small.Config(("save_every_n_epochs", 1), ("output_name", "robot"));
        var stopped = SmallTraining.Run(config, e => CancelAt(e, 3, stop), stop);
        Assert.Equal((TrainingExitCode.Stopped, 3, 1), (stopped.ExitCode, stopped.Steps, stopped.Epochs));
        Assert.True(File.Exists(Path.Combine(stopped.OutputFolder!, "robot-000001.safetensors")));
        Assert.Equal((2, 0), (stopped.State!.Epoch, stopped.State.BatchInEpoch));
    }

    [Fact]
    public void A_training_that_is_left_at_once_tells_how_far_it_came_and_where_to_go_on()
    {
        using var abandon = new CancellationTokenSource();
        var left = SmallTraining.Run(small.Config(saving), e => CancelAt(e, 4, abandon), abandon: abandon);
        Assert.Equal((TrainingExitCode.Stopped, 4, 1), (left.ExitCode, left.Steps, left.Epochs));
        Assert.True(double.IsFinite(left.AverageLoss));
        Assert.Contains("Left after step 4 of 6", left.Message, StringComparison.Ordinal);
        Assert.Contains($"-Resume '{left.State!.Path}'", left.Message, StringComparison.Ordinal);
        Assert.Contains(left.State.Path, Assert.Throws<TrainingException>(left.SaveState).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunRequestKind.SaveState, TrainingExitCode.Done)]
    [InlineData(RunRequestKind.Stop, TrainingExitCode.Environment)]
    public async Task Who_asked_for_a_state_that_cannot_be_saved_hears_why(RunRequestKind kind, TrainingExitCode expected)
    {
        using var full = new RefusedPath(path => path.StartsWith(small.Root, StringComparison.Ordinal) && path.Contains("-step", StringComparison.Ordinal));
        Task<RunReply>? asking = null;
        var warnings = new List<string>();
        var result = SmallTraining.Run(small.Config(), e =>
        {
            if (e is TrainingWarning warning)
                warnings.Add(warning.Message);
            if (e is StepDone { Step: 2 })
                asking = Ask(kind);
        });
        var reply = await asking!;
        Assert.Null(reply.StatePath);
        Assert.Contains("is full", reply.Error, StringComparison.Ordinal);
        Assert.Equal(expected, result.ExitCode);
        Assert.Equal(kind == RunRequestKind.SaveState, warnings.Exists(w => w.Contains("another session asked", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_loss_curve_that_cannot_be_written_makes_no_failure_of_a_training()
    {
        var config = small.Config(("max_train_steps", 1));
        Directory.CreateDirectory(Path.Combine(config.Resolve(config.Folders.OutputDir)!, $"{config.Folders.FinalName}-loss.svg"));
        var warnings = new List<string>();
        var result = SmallTraining.Run(config, e => warnings.AddRange(e is TrainingWarning w ? [w.Message] : []));
        Assert.True(result.Succeeded);
        Assert.Null(result.LossCurvePath);
        Assert.Contains(warnings, w => w.StartsWith("The loss curve could not be written", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_training_begins_a_new_log()
    {
        var config = small.Config(("max_train_steps", 1));
        SmallTraining.Run(config);
        var result = SmallTraining.Run(config);
        Assert.Single(File.ReadLines(result.LogPath!), line => line.Contains("\"TrainingStarted\"", StringComparison.Ordinal));
    }

    // The preparation is made to last longer than the steps.
    [Fact]
    public void The_preparation_is_no_part_of_the_first_step()
    {
        var (started, ended, seconds) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue, 0.0);
        SmallTraining.Run(small.Config(("max_train_steps", 2)), e =>
        {
            switch (e)
            {
                case PreparationProgress { Phase: "loading the U-Net" }:
                    Thread.Sleep(1000);
                    break;
                case TrainingStarted:
                    started = e.Time;
                    break;
                case StepDone step:
                    (ended, seconds) = (e.Time, seconds + step.StepSeconds);
                    break;
            }
        });
        Assert.InRange(seconds, 0, (ended - started).TotalSeconds + 0.5);
    }

    [Fact]
    public void A_training_frees_what_it_saved_from()
    {
        SmallTraining.Run(small.Config(saving));
        var before = Alive;
        SmallTraining.Run(small.Config(saving));
        Assert.Equal(before, Alive);
    }

    [Theory]
    [InlineData("network_dim", 4)]
    [InlineData("optimizer_args", "nonsense=1")]
    public void A_training_that_cannot_begin_frees_what_it_loaded(string setting, object value)
    {
        var state = SmallTraining.Run(small.Config(("max_train_steps", 1), ("save_state", true))).State!;
        var before = Alive;
        var result = SmallTraining.Run(small.Config(("resume", state.Path), (setting, value)));
        Assert.Equal(TrainingExitCode.Invalid, result.ExitCode);
        Assert.Equal(before, Alive);
    }

    [Fact]
    public void A_training_that_is_stopped_while_it_encodes_frees_what_it_loaded()
    {
        SmallTraining.Run(small.Config(("max_train_steps", 1)));
        var before = Alive;
        using var stop = new CancellationTokenSource();
        var result = SmallTraining.Run(small.Config(), e =>
        {
            if (e is PreparationProgress { Phase: "encoding pictures" })
                stop.Cancel();
        }, stop);
        Assert.Equal((TrainingExitCode.Stopped, 0), (result.ExitCode, result.Steps));
        Assert.Equal(before, Alive);
    }

    [Fact]
    public void A_plan_says_where_a_state_stands_and_what_is_wrong_with_it()
    {
        var config = small.Config(saving);
        SmallTraining.Run(config);
        var folder = config.Resolve(config.Folders.OutputDir)!;
        TrainingPlan Plan(string state) => LoraTrainer.Plan(new(config) { ResumeFrom = Path.Combine(folder, state) });
        Assert.Equal((3, true), (Plan("robot-000001-state").FirstStep, Plan("robot-000001-state").CanStart));
        Assert.Contains("goes on after step 3: 3 steps are left", Plan("robot-000001-state").Describe(), StringComparison.Ordinal);
        Assert.Contains(Plan("robot-state").Problems, p => p.Message.Contains("nothing left to do", StringComparison.Ordinal));
        Assert.Contains(Plan("nowhere").Problems, p => p.Message.Contains("There is no state", StringComparison.Ordinal));
    }

    public void Dispose() => small.Dispose();

    private static long Alive => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private static void Note(TrainingEvent happened, List<string> states)
    {
        if (happened is StateSaved saved)
            states.Add(Path.GetFileName(saved.State.Path));
    }

    private static void ThrowAfter(TrainingEvent happened, string state)
    {
        if (happened is StateSaved saved && Path.GetFileName(saved.State.Path) == state)
            throw new InvalidOperationException("killed");
    }

    private static void CancelAt(TrainingEvent happened, int step, CancellationTokenSource source)
    {
        if (happened is StepDone done && done.Step == step)
            source.Cancel();
    }

    // Asks as another session does. The training, whose thread this is, goes on when the request lies there.
    private Task<RunReply> Ask(RunRequestKind kind)
    {
        var training = RunRegistry.In(small.At("out1")).Single();
        var asking = Task.Run(() => RunFolder.Ask(training, kind, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        while (!asking.IsCompleted && Directory.GetFiles(RunFolder.PathOf(training.OutputFolder, training.Name), "request-*.json").Length == 0)
            Thread.Sleep(5);
        return asking;
    }

    private static void AssertSameFiles(LoraConfig expected, LoraConfig actual, string last)
    {
        string Folder(LoraConfig config) => config.Resolve(config.Folders.OutputDir)!;
        string[] Names(LoraConfig config) => [.. Directory.GetFiles(Folder(config), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder(config), f)).Order()];
        Assert.Equal(Names(expected), Names(actual));
        foreach (var name in Names(expected).Where(n => n.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            var (one, other) = (SmallTraining.Tensors(Path.Combine(Folder(expected), name)), SmallTraining.Tensors(Path.Combine(Folder(actual), name)));
            Assert.True(one.Count == other.Count && one.All(t => t.Value.AsSpan().SequenceEqual(other[t.Key])), $"{name} after {last}");
        }
        Assert.Equal(File.ReadAllText(Path.Combine(Folder(expected), "robot-loss.svg")), File.ReadAllText(Path.Combine(Folder(actual), "robot-loss.svg")));
    }
}
