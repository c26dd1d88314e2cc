namespace KohyaPS.Engine.Configuration;

/// <summary>A node of a configuration file, whatever its format, with the line it starts in (0 when unknown).</summary>
internal abstract record ConfigNode(int Line);

/// <summary>A single value; its text is null where the file says null.</summary>
internal sealed record ConfigScalar(int Line, string? Text, ConfigScalarKind Kind) : ConfigNode(Line)
{
    /// <summary>Whether quotes say that it is a text, in a format without types.</summary>
    public bool IsQuoted { get; init; }
}

/// <summary>A list.</summary>
internal sealed record ConfigList(int Line, IReadOnlyList<ConfigNode> Items) : ConfigNode(Line);

/// <summary>A table of names and values, in the order of the file.</summary>
internal sealed record ConfigTable(int Line, IReadOnlyList<(string Key, int Line, ConfigNode Value)> Entries) : ConfigNode(Line)
{
    /// <summary>The value of a name, or null.</summary>
    internal ConfigNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key).Value;
}

/// <summary>The type that a file format gives a value; YAML leaves that to its reader.</summary>
internal enum ConfigScalarKind
{
    Untyped,
    Text,
    Integer,
    Float,
    Boolean,
    Null,
}
