namespace KohyaPS;

/// <summary>The norms of the adapters' weight changes after ScaleWeightNorms held them to its limit.</summary>
/// <param name="KeysScaled">Adapters that were scaled down.</param>
/// <param name="Mean">Mean norm afterwards.</param>
/// <param name="Largest">Largest norm afterwards.</param>
public sealed record AdapterNorms(int KeysScaled, double Mean, double Largest);
