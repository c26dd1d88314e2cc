namespace KohyaPS;

/// <summary>How many singular values a resized module keeps.</summary>
public enum RankMethod
{
    /// <summary>A fixed number.</summary>
    Fixed,

    /// <summary>Those above the largest divided by the parameter (sv_ratio).</summary>
    Ratio,

    /// <summary>Enough for the parameter's share of the sum of their squares, as a norm (sv_fro).</summary>
    Frobenius,

    /// <summary>Enough for the parameter's share of their sum (sv_cumulative).</summary>
    Cumulative,
}
