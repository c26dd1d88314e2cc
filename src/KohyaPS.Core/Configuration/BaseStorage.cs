namespace KohyaPS;

/// <summary>How the numbers of the frozen model lie in memory.</summary>
public enum BaseStorage
{
    /// <summary>In the type in which they are computed with.</summary>
    [Spelling("full")]
    Full,

    /// <summary>One byte a number for the matrices of transformers, with a scale for each row; computed in the compute type.</summary>
    [Spelling("int8")]
    Int8,
}
