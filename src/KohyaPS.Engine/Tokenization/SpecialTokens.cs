namespace KohyaPS.Engine.Tokenization;

/// <summary>The ids that frame and fill a sequence of tokens.</summary>
/// <param name="Begin">Stands first (BOS).</param>
/// <param name="End">Stands after the last token (EOS).</param>
/// <param name="Pad">Fills up to the text encoder's length: the same as <paramref name="End"/> in SD1, 0 in SD2 and the second encoder of SDXL.</param>
internal sealed record SpecialTokens(int Begin, int End, int Pad);
