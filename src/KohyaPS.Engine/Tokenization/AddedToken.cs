namespace KohyaPS.Engine.Tokenization;

/// <summary>A token that is cut out of the text before any cleanup, exactly as it is written.</summary>
/// <param name="Text">The literal.</param>
/// <param name="Id">Its token id.</param>
internal sealed record AddedToken(string Text, int Id);
