namespace KohyaPS;

/// <summary>How sd-scripts writes a choice, where it is not the name of the enum member.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class SpellingAttribute(string text) : Attribute
{
    /// <summary>The word in files and on command lines.</summary>
    public string Text { get; } = text;
}
