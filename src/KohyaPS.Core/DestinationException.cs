namespace KohyaPS;

/// <summary>A destination must not be written to; the message names it, the reason and the cure.</summary>
public sealed class DestinationException(string message) : IOException(message);
