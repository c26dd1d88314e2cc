namespace KohyaPS;

/// <summary>One adapted layer in a network file.</summary>
/// <param name="Name">The module's name, for instance <c>lora_unet_mid_block_attentions_0_proj_in</c>.</param>
/// <param name="Algorithm">Kind of the module, by its tensors.</param>
/// <param name="Dim">Rank; null where the algorithm has none.</param>
/// <param name="Alpha">Scale numerator; null where the file has none (then it equals the rank).</param>
public sealed record LoraModule(string Name, LoraAlgorithm Algorithm, int? Dim, double? Alpha);
