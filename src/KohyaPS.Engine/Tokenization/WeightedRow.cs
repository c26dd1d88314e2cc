namespace KohyaPS.Engine.Tokenization;

/// <summary>One row of a caption with weights.</summary>
/// <param name="Ids">77 token ids.</param>
/// <param name="Weights">77 weights; begin, end and padding weigh 1.</param>
internal sealed record WeightedRow(int[] Ids, float[] Weights);
