namespace KohyaPS.Engine.Networks;

/// <summary>What did not fit when a file was loaded into a network.</summary>
/// <param name="Unknown">Tensors of the file that the network has no place for.</param>
/// <param name="Missing">Parameters of the network that the file does not bring.</param>
internal sealed record NetworkLoadReport(IReadOnlyList<string> Unknown, IReadOnlyList<string> Missing);
