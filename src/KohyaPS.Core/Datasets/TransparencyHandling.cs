namespace KohyaPS;

/// <summary>What becomes of transparent pixels where the alpha channel is no loss mask.</summary>
public enum TransparencyHandling
{
    /// <summary>Pictures are laid over white.</summary>
    White,

    /// <summary>Pictures are laid over middle grey (127).</summary>
    Grey,

    /// <summary>Pictures are laid over black.</summary>
    Black,

    /// <summary>The alpha channel is dropped and the hidden colour shows, as sd-scripts does.</summary>
    Drop,
}
