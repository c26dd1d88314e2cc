using KohyaPS.Training.States;

namespace KohyaPS.Core.Tests.Training;

public sealed class StateFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("kohyaps-state-").FullName;

    [Fact]
    public void A_written_state_is_found_and_opens()
    {
        var state = Write("dog-step00000005-state", step: 5);
        Assert.Equal(5, state.Step);
        Assert.Equal([state.Path], StateFolder.Find(root).Select(s => s.Path));
        Assert.Equal(7, StateFolder.Open(state.Path).Seed);
    }

    [Fact]
    public void Writing_over_a_state_replaces_it_and_leaves_nothing_beside()
    {
        Write("dog-state", step: 5);
        Write("dog-state", step: 6);
        Assert.Equal(["dog-state"], Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName));
        Assert.Equal(6, StateFolder.Find(root).Single().Step);
    }

    [Fact]
    public void A_folder_without_manifest_is_no_state()
    {
        var state = Write("dog-state", step: 5);
        File.Delete(Path.Combine(state.Path, StateManifest.FileName));
        Assert.Empty(StateFolder.Find(root));
        Assert.Contains("no complete state", Assert.Throws<TrainingException>(() => StateFolder.Open(state.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var state = Write("dog-state", step: 5);
        File.Delete(Path.Combine(state.Path, "weights.bin"));
        Assert.Contains("'weights.bin' is missing", Assert.Throws<TrainingException>(() => StateFolder.Open(state.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_file_is_named()
    {
        var state = Write("dog-state", step: 5);
        File.WriteAllBytes(Path.Combine(state.Path, "weights.bin"), [1, 2, 4]);
        Assert.Contains("'weights.bin' was changed", Assert.Throws<TrainingException>(() => StateFolder.Open(state.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_form_is_refused_with_the_version_that_wrote_it()
    {
        var state = Write("dog-state", step: 5);
        var manifest = Path.Combine(state.Path, StateManifest.FileName);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
        Assert.Contains("written by KohyaPS 0.0", Assert.Throws<TrainingException>(() => StateFolder.Open(state.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_cannot_point_outside_its_folder()
    {
        var state = Write("dog-state", step: 5);
        File.WriteAllBytes(Path.Combine(root, "outside.bin"), [1, 2, 3]);
        var manifest = Path.Combine(state.Path, StateManifest.FileName);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("weights.bin", "../outside.bin", StringComparison.Ordinal));
        Assert.Contains("no plain file name", Assert.Throws<TrainingException>(() => StateFolder.Open(state.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failing_writer_leaves_nothing()
    {
        Assert.Throws<IOException>(() => StateFolder.Write(Path.Combine(root, "dog-state"), Manifest(1),
            new Dictionary<string, Action<string>> { ["weights.bin"] = _ => throw new IOException("disk full") }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private TrainingState Write(string name, int step) => StateFolder.Write(Path.Combine(root, name), Manifest(step),
        new Dictionary<string, Action<string>> { ["weights.bin"] = path => File.WriteAllBytes(path, [1, 2, 3]) });

    private static StateManifest Manifest(int step) => new()
    {
        Format = StateManifest.CurrentFormat,
        WrittenBy = "0.0",
        Created = DateTimeOffset.UnixEpoch,
        Reason = TrainingStateReason.Schedule,
        Name = "dog",
        Step = step,
        Epoch = 1,
        BatchInEpoch = step,
        TotalSteps = 10,
        Seed = 7,
        SessionId = 1,
        StartedAt = 0.5,
        Optimizer = "AdamW",
        Losses = [0.5],
        Files = new Dictionary<string, StateFile>(),
    };
}
