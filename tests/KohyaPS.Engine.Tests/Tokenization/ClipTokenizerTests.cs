using KohyaPS.Engine.Tokenization;

namespace KohyaPS.Engine.Tests.Tokenization;

public sealed class ClipTokenizerTests
{
    // Fixed points of OpenAI's table: the first merge, two common words, the last token.
    [Theory]
    [InlineData(512, "in")]
    [InlineData(513, "th")]
    [InlineData(320, "a</w>")]
    [InlineData(518, "the</w>")]
    [InlineData(49405, "jekyll</w>")]
    public void The_vocabulary_follows_from_the_merges(int id, string token) => Assert.Equal(token, ClipVocabulary.Clip.Tokens[id]);

    [Fact]
    public void A_hostile_word_of_a_megabyte_costs_its_share()
    {
        var ids = ClipTokenizer.Default.Encode(string.Concat(Enumerable.Repeat("lorem", 200_000)));
        Assert.True(ids.Length > 100_000);
    }

    [Fact]
    public void Deeply_nested_entities_end()
    {
        var nested = string.Concat(Enumerable.Repeat("&amp", 1)) + string.Concat(Enumerable.Repeat(";amp", 5000)) + ";";
        Assert.NotEmpty(ClipTokenizer.Default.Encode(nested));
    }

    [Fact]
    public void A_noncharacter_is_text_like_any_other() => Assert.NotEmpty(ClipTokenizer.Default.Encode("a \uFFFE e\u0301"));

    [Fact]
    public void A_long_caption_keeps_its_first_tokens_and_ends_with_the_end()
    {
        var row = Assert.Single(ClipTokenizer.Default.EncodeChunks(string.Join(' ', Enumerable.Repeat("cat", 100))));
        Assert.Equal(77, row.Length);
        Assert.Equal((49406, 2368, 49407), (row[0], row[75], row[76]));
    }

    [Fact]
    public void Two_rows_share_a_caption_of_eighty_tokens()
    {
        var rows = ClipTokenizer.SdxlSecond.EncodeChunks(string.Join(' ', Enumerable.Repeat("cat", 80)), 150);
        Assert.Equal(2, rows.Length);
        Assert.Equal(75, rows[0].Count(id => id == 2368));
        Assert.Equal(5, rows[1].Count(id => id == 2368));
        Assert.Equal([49407, 0], rows[1][6..8]);
    }

    [Fact]
    public void A_length_that_is_no_multiple_of_75_is_refused_with_the_cure()
    {
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => ClipTokenizer.Default.EncodeChunks("a cat", 77));
        Assert.Contains("75, 150 or 225", refusal.Message, StringComparison.Ordinal);
    }
}
