namespace KohyaPS;

/// <summary>A configuration file that cannot be read: what is wrong, in which line, and what to write instead.</summary>
public sealed class ConfigFormatException : Exception
{
    /// <summary>A file with problems.</summary>
    public ConfigFormatException(string message)
        : base(message)
    {
    }

    /// <summary>A file with problems that another error found.</summary>
    public ConfigFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A file with problems.</summary>
    public ConfigFormatException()
    {
    }
}
