namespace KohyaPS.Engine.Tokenization;

/// <summary>A piece of a prompt whose words all count the same.</summary>
/// <param name="Text">The text, without the signs that weigh it.</param>
/// <param name="Weight">How much it counts; 1 is plain text.</param>
internal readonly record struct PromptPiece(string Text, double Weight);
