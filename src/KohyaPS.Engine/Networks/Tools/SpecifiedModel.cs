namespace KohyaPS.Engine.Networks.Tools;

/// <summary>What a file holds, as far as its modelspec metadata say it.</summary>
/// <param name="Family">Generation of the model.</param>
/// <param name="IsV">True where the model predicts v.</param>
/// <param name="IsLora">True for a network, false for a whole model.</param>
internal sealed record SpecifiedModel(ModelFamily Family, bool IsV, bool IsLora);
