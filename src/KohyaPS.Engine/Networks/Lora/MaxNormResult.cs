namespace KohyaPS.Engine.Networks.Lora;

/// <summary>What the max-norm regularisation found and did.</summary>
/// <param name="KeysScaled">Adapters that were scaled down.</param>
/// <param name="Mean">Mean norm of the updates afterwards.</param>
/// <param name="Largest">Largest norm afterwards.</param>
internal sealed record MaxNormResult(int KeysScaled, double Mean, double Largest);
