namespace KohyaPS;

/// <summary>How much a network changes what the text encoder makes of a token.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Token">Its text; a token that ends a word carries <c>&lt;/w&gt;</c>.</param>
/// <param name="Difference">Mean magnitude of the change of the states.</param>
public sealed record TokenEffect(int Id, string Token, double Difference);
