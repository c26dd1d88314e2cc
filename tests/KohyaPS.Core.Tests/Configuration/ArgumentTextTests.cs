namespace KohyaPS.Core.Tests.Configuration;

public class ArgumentTextTests
{
    [Theory]
    [InlineData("weight_decay=0.1 betas=0.9,0.99", "weight_decay=0.1|betas=0.9,0.99")]
    [InlineData("betas=\"0.9,0.99\"", "betas=0.9,0.99")]
    [InlineData("betas=\"0.9, 0.99\" eps=1e-8", "betas=0.9, 0.99|eps=1e-8")]
    [InlineData("\"weight_decay=0.1\"", "weight_decay=0.1")]
    [InlineData("step_rules='1:10,0.1'", "step_rules='1:10,0.1'")]
    [InlineData("  a=1\tb=2\n", "a=1|b=2")]
    public void A_line_is_split_at_spaces_and_keeps_the_quotes_that_a_value_needs(string line, string expected) =>
        Assert.Equal(expected.Split('|'), ArgumentText.Split(line));
}
