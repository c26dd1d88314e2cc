using System.Text.Json;
using KohyaPS.Engine.Tokenization;

namespace KohyaPS.Conformance.Prompts;

/// <summary>Prompts to weighted pieces.</summary>
internal static class AttentionCases
{
    // What differs only by the order of products.
    private const double OrderOfProducts = 1e-14;

    public static void Replay(JsonElement recorded, GoldenCheck check)
    {
        var text = recorded.GetProperty("inputs").GetProperty("text").GetString()!;
        var got = PromptWeights.Parse(text);
        if (!recorded.GetProperty("expected").TryGetProperty("pieces", out var pieces))
        {
            // A number that the peer cannot read ends its training; here it is text, and none of it may be lost.
            var digits = string.Concat(got.Select(piece => piece.Text)).Where(c => char.IsDigit(c) || c == '.');
            check.EqualList("digits", [.. text.Where(c => char.IsDigit(c) || c == '.')], [.. digits]);
            return;
        }
        var want = pieces.GetProperty("value").EnumerateArray().ToList();
        check.EqualList("texts", [.. want.Select(piece => piece[0].GetString()!)], [.. got.Select(piece => piece.Text)]);
        check.Close("weights", [.. want.Select(piece => piece[1].GetDouble())], [.. got.Select(piece => piece.Weight)], OrderOfProducts);
    }
}
