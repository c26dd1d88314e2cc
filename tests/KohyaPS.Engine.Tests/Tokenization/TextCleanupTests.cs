using KohyaPS.Engine.Tokenization;

namespace KohyaPS.Engine.Tests.Tokenization;

public sealed class TextCleanupTests
{
    [Theory]
    [InlineData("Tom &amp;amp; Jerry", "tom & jerry")]
    [InlineData("&#59; &#x41;&#0;", "&#59; a\uFFFD")]            // ftfy leaves a reference to the semicolon alone
    [InlineData("<b> &amp;", "<b> &amp;")]                        // text with a tag is no escaped HTML
    [InlineData("one &lt;\n<b>\n&lt;", "one < <b> &lt;")]         // up to the first line with a tag
    [InlineData("&EACUTE; &AMPLE;", "\u00E9 &ample;")]
    [InlineData("\u0093quoted\u0094\u0085", "\"quoted\"\u2026")]  // C1 controls are windows-1252
    [InlineData("\uFB01\uFB02 \uFF21\uFF22", "fifl ab")]
    [InlineData("\u2018it\u2019s\u2019", "'it's'")]
    [InlineData("a\u001B[31mb\u0007", "ab")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData(" a \t\r\n\u3000b ", "a b")]
    [InlineData("\u0130", "i\u0307")]
    [InlineData("\u039F\u0394\u039F\u03A3 \u03A3", "\u03BF\u03B4\u03BF\u03C2 \u03C3")]
    [InlineData("\u0391\u03A3'\u0391", "\u03B1\u03C3'\u03B1")]    // an apostrophe does not end a word
    public void Cleans_as_the_peers_do(string text, string expected) => Assert.Equal(expected, TextCleanup.Clean(text));
}
