namespace KohyaPS;

/// <summary>How sd-scripts writes a choice, where it is not the name of the enum member.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class SpellingAttribute(string text, params string[] others) : Attribute
{
    /// <summary>The word in files and on command lines.</summary>
    public string Text { get; } = text;

    /// <summary>Further words that mean the same; read, never written.</summary>
    public IReadOnlyList<string> Others { get; } = others;
}
