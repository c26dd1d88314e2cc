namespace KohyaPS;

/// <summary>A model or network file is not what it should be; the message names the file, the fault and the cure.</summary>
public sealed class CheckpointFormatException(string message, Exception? inner = null) : Exception(message, inner);
