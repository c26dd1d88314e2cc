namespace KohyaPS;

/// <summary>What an argument of an optimizer may be.</summary>
public enum OptimizerArgumentKind
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>A whole number.</summary>
    WholeNumber,

    /// <summary>True or False.</summary>
    Flag,

    /// <summary>A fixed count of numbers, such as 0.9,0.999.</summary>
    Numbers,

    /// <summary>Anything: the argument says how Python computes, which changes nothing here.</summary>
    WithoutEffect,
}
