namespace KohyaPS;

/// <summary>How the numbers of the frozen model lie in memory.</summary>
public enum BaseStorage
{
    /// <summary>In the type in which they are computed with.</summary>
    [Spelling("full")]
    Full,

    /// <summary>One byte a number for linear layers and convolutions, with a scale for each output; computed in the compute type.</summary>
    [Spelling("int8")]
    Int8,
}
