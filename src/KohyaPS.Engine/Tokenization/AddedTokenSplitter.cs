namespace KohyaPS.Engine.Tokenization;

/// <summary>Cuts the literals of added tokens out of raw text: at each place the longest one that starts there.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly AddedToken[] longestFirst;
    private readonly System.Buffers.SearchValues<char> firstCharacters;

    public AddedTokenSplitter(IEnumerable<AddedToken> tokens)
    {
        longestFirst = [.. tokens.Where(t => t.Text.Length > 0).OrderByDescending(t => t.Text.Length)];
        firstCharacters = System.Buffers.SearchValues.Create([.. longestFirst.Select(t => t.Text[0]).Distinct()]);
    }

    /// <summary>The pieces in order: either text between added tokens, or one added token.</summary>
    public IEnumerable<(string Text, AddedToken? Token)> Split(string text)
    {
        var start = 0;
        var at = 0;
        while (at < text.Length)
        {
            var hop = text.AsSpan(at).IndexOfAny(firstCharacters);
            if (hop < 0)
                break;
            at += hop;
            if (Match(text, at) is not { } token)
            {
                at++;
                continue;
            }
            if (at > start)
                yield return (text[start..at], null);
            yield return (token.Text, token);
            at += token.Text.Length;
            start = at;
        }
        if (start < text.Length)
            yield return (text[start..], null);
    }

    private AddedToken? Match(string text, int at)
    {
        foreach (var token in longestFirst)
            if (text.AsSpan(at).StartsWith(token.Text, StringComparison.Ordinal))
                return token;
        return null;
    }
}
