using System.Text.Json;
using System.Text.Json.Serialization;
using KohyaPS.Files;

namespace KohyaPS.Training.States;

/// <summary>
/// The file <c>state.json</c> of a state folder: where the training stood and which files belong to it, with their hashes. It is written
/// last; a folder without it is no state.
/// </summary>
public sealed record StateManifest
{
    /// <summary>The manifest's file name.</summary>
    public const string FileName = "state.json";

    /// <summary>The form this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    private const int MaxBytes = 64 << 20;

    /// <summary>The form of the folder.</summary>
    public required int Format { get; init; }

    /// <summary>Version of KohyaPS that wrote it.</summary>
    public required string WrittenBy { get; init; }

    /// <summary>When it was written (UTC).</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Why it was written.</summary>
    public required TrainingStateReason Reason { get; init; }

    /// <summary>The training's output name.</summary>
    public required string Name { get; init; }

    /// <summary>Optimizer updates done.</summary>
    public required int Step { get; init; }

    /// <summary>
    /// Updates that moved the learning-rate schedule: fewer than <see cref="Step"/> where updates were skipped or counting began at a chosen step.
    /// Null means the same.
    /// </summary>
    public int? ScheduleStep { get; init; }

    /// <summary>The factor on the loss of a float16 training, and the updates since it last changed; null for other types.</summary>
    public LossScale? LossScale { get; init; }

    /// <summary>The running epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Micro-batches of the running epoch already used: all of them in a state of its last step, which stands before the saves of the epoch.</summary>
    public required int BatchInEpoch { get; init; }

    /// <summary>Steps of the whole training.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>The effective seed: all random numbers follow from it.</summary>
    public required long Seed { get; init; }

    /// <summary>The random number shared by all files of a run (metadata ss_session_id).</summary>
    public required long SessionId { get; init; }

    /// <summary>When the training began, Unix seconds (metadata ss_training_started_at).</summary>
    public required double StartedAt { get; init; }

    /// <summary>The optimizer whose state the folder holds.</summary>
    public required string Optimizer { get; init; }

    /// <summary>In which the frozen model computed, so that a continued training that leaves the choice to us stays with it; null in states of older versions.</summary>
    public MixedPrecision? ComputedIn { get; init; }

    /// <summary>The most recent loss at each position of the epoch.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>The files of the state.</summary>
    public required IReadOnlyDictionary<string, StateFile> Files { get; init; }

    /// <summary>Reads the manifest of a folder without looking at its other files.</summary>
    /// <returns>The manifest; null when the folder is no state.</returns>
    /// <exception cref="TrainingException">The manifest is damaged or of another form.</exception>
    public static StateManifest? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        StateManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(TextFile.Read(path, MaxBytes), StateJson.Default.StateManifest);
        }
        catch (TextFileException e)
        {
            throw Damaged(folder, $"its manifest {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw Damaged(folder, $"its manifest cannot be read ({e.Message})", e);
        }
        if (manifest is null || manifest.Step < 0 || manifest.Epoch < 1 || manifest.BatchInEpoch < 0)
            throw Damaged(folder, "its manifest holds impossible numbers", null);
        if (manifest.Format != CurrentFormat)
            throw new TrainingException(TrainingExitCode.Invalid,
                $"The state '{folder}' has form {manifest.Format} (written by KohyaPS {manifest.WrittenBy}); this version reads form {CurrentFormat}. Resume it with the version that wrote it.");
        return manifest;
    }

    /// <summary>The manifest as text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StateJson.Default.StateManifest);

    /// <summary>The short form that users see.</summary>
    /// <param name="folder">The state's folder.</param>
    public TrainingState Describe(string folder) => new()
    {
        Path = folder,
        Name = Name,
        Step = Step,
        Epoch = Epoch,
        BatchInEpoch = BatchInEpoch,
        TotalSteps = TotalSteps,
        Reason = Reason,
        Created = Created,
        WrittenBy = WrittenBy,
    };

    internal static TrainingException Damaged(string folder, string why, Exception? inner) => new(TrainingExitCode.Invalid,
        $"The state '{folder}' cannot be resumed: {why}. Choose another one from Get-TrainingState '{Path.GetDirectoryName(folder)}'.", inner);
}

/// <summary>Where dynamic loss scaling stands.</summary>
/// <param name="Factor">What the loss is multiplied by.</param>
/// <param name="GoodSteps">Updates without overflow since it last changed.</param>
public sealed record LossScale(double Factor, int GoodSteps);

/// <summary>One file of a state.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its hash, in small hexadecimal letters.</param>
public sealed record StateFile(long Bytes, string Sha256);

[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StateManifest))]
internal sealed partial class StateJson : JsonSerializerContext;
