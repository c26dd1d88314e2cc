namespace KohyaPS;

/// <summary>How bad a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>Good to know; nothing needs to be done.</summary>
    Information,

    /// <summary>The training runs, but not as one may think.</summary>
    Warning,

    /// <summary>The training is refused, or does not do what was meant.</summary>
    Error,
}
