using System.Text.Json.Serialization;

namespace KohyaPS.Training.Runs;

/// <summary>What another session asks of a running training.</summary>
public enum RunRequestKind
{
    /// <summary>Save a state and go on.</summary>
    SaveState,

    /// <summary>Save a state and end.</summary>
    Stop,
}

/// <summary>A request to a running training.</summary>
/// <param name="RequestId">Tells its answer from others.</param>
/// <param name="Kind">What to do after the current step.</param>
public sealed record RunRequest(string RequestId, RunRequestKind Kind);

/// <summary>The answer of a running training.</summary>
/// <param name="RequestId">The request it answers.</param>
/// <param name="StatePath">The folder of the state; null when it could not be saved.</param>
/// <param name="Error">Why it could not be saved; null when it was.</param>
public sealed record RunReply(string RequestId, string? StatePath, string? Error);

[JsonSourceGenerationOptions(WriteIndented = true, UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ActiveTraining))]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(RunReply))]
internal sealed partial class RunJson : JsonSerializerContext;
