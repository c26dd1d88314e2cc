namespace KohyaPS;

/// <summary>How networks are merged with each other.</summary>
public enum LoraMergeMethod
{
    /// <summary>The matrices side by side, so that the changes of the weights add up exactly; the ranks add up, too.</summary>
    Exact,

    /// <summary>The best approximation of the exact sum that a given rank allows, by singular values.</summary>
    Svd,

    /// <summary>The matrices added, as sd-scripts does it: the rank stays, and the ratios act squared. It is not the sum of the changes.</summary>
    Sum,

    /// <summary>The matrices side by side with the factors of sd-scripts' concat: the ratios act squared, divided by the new rank.</summary>
    Concatenate,

    /// <summary>As kohya_ss 21.8.8 added them: the sign of a ratio is lost.</summary>
    Sum2188,

    /// <summary>As the first version of the tool added them: by the bare ratio, for equal alphas only.</summary>
    SumOldest,
}
