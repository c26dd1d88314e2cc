namespace KohyaPS;

/// <summary>Old program whose numbers are reproduced.</summary>
public enum Compatibility
{
    /// <summary>None: what is right.</summary>
    [Spelling("none")]
    None,

    /// <summary>kohya_ss v21.8.8.</summary>
    [Spelling("kohya2188")]
    Kohya2188,
}
