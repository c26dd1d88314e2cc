namespace KohyaPS.Engine.Tokenization;

/// <summary>What the C1 control codes mean to those who wrote them by mistake: the characters of windows-1252 at the same place.</summary>
internal static class Windows1252
{
    private const string From80 = "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F"
        + "\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

    /// <summary>The character of U+0080..U+009F in windows-1252; its five empty places keep the control.</summary>
    public static char Character(char control) => From80[control - 0x80];
}
