namespace KohyaPS;

/// <summary>A folder, picture, caption or dataset setting cannot be used; the message names it, the reason and the cure.</summary>
public sealed class DatasetException(string message, Exception? inner = null) : Exception(message, inner);
