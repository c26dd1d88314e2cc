namespace KohyaPS.Engine.Tokenization;

/// <summary>Single characters that stand for two or three Latin letters.</summary>
internal static class Ligatures
{
    /// <summary>The letters, or null where the character is no ligature that a caption should spell out.</summary>
    public static string? Expand(char c) => c switch
    {
        '\u0132' => "IJ",
        '\u0133' => "ij",
        // Afrikaans 'n: its apostrophe is straightened with the other quotes.
        '\u0149' => "'n",
        '\u01C4' => "D\u017D",
        '\u01C5' => "D\u017E",
        '\u01C6' => "d\u017E",
        '\u01C7' => "LJ",
        '\u01C8' => "Lj",
        '\u01C9' => "lj",
        '\u01CA' => "NJ",
        '\u01CB' => "Nj",
        '\u01CC' => "nj",
        '\u01F1' => "DZ",
        '\u01F2' => "Dz",
        '\u01F3' => "dz",
        '\uFB00' => "ff",
        '\uFB01' => "fi",
        '\uFB02' => "fl",
        '\uFB03' => "ffi",
        '\uFB04' => "ffl",
        '\uFB05' => "\u017Ft",
        '\uFB06' => "st",
        _ => null,
    };
}
