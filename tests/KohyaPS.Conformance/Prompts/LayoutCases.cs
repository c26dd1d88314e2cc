using System.Text.Json;
using KohyaPS.Engine.Tokenization;

namespace KohyaPS.Conformance.Prompts;

/// <summary>Weighted captions to rows of 77 ids and weights, as a training lays them out.</summary>
internal static class LayoutCases
{
    private const double WeightTolerance = 1e-6;

    public static void Replay(JsonElement recorded, GoldenCheck check)
    {
        var text = recorded.GetProperty("inputs").GetProperty("text").GetString()!;
        var length = recorded.GetProperty("settings").GetProperty("max_token_length") is { ValueKind: JsonValueKind.Number } set ? set.GetInt32() : TokenChunks.TokensPerChunk;
        var expected = recorded.GetProperty("expected");
        foreach (var (name, tokenizer) in new[] { ("sd1", ClipTokenizer.Default), ("sd2", ClipTokenizer.StableDiffusion2), ("sdxl1", ClipTokenizer.Default), ("sdxl2", ClipTokenizer.SdxlSecond) })
            if (expected.TryGetProperty("ids_" + name, out var ids))
                Compare(name, ids, expected.GetProperty("weights_" + name), tokenizer.EncodeWeightedChunks(text, length), check);
    }

    /// <summary>Prompts of drawn pictures.</summary>
    public static void ReplayWhole(JsonElement recorded, GoldenCheck check)
    {
        var text = recorded.GetProperty("inputs").GetProperty("text").GetString()!;
        var tokenizer = recorded.GetProperty("settings").GetProperty("v2").GetBoolean() ? ClipTokenizer.StableDiffusion2 : ClipTokenizer.Default;
        var expected = recorded.GetProperty("expected");
        Compare("prompt", expected.GetProperty("rows"), expected.GetProperty("weights"), WholeChunks.Rows(tokenizer, text, WholeChunks.Count(tokenizer, [text])), check);
    }

    private static void Compare(string name, JsonElement ids, JsonElement weights, WeightedRow[] got, GoldenCheck check)
    {
        var wantIds = Rows(ids);
        check.Equal($"{name}: rows", wantIds.Count, got.Length);
        foreach (var (want, row) in wantIds.Zip(got))
            check.EqualList($"{name}: ids", [.. want.EnumerateArray().Select(id => id.GetInt32())], row.Ids);
        foreach (var (want, row) in Rows(weights).Zip(got))
            check.Close($"{name}: weights", [.. want.EnumerateArray().Select(w => w.GetSingle())], row.Weights, WeightTolerance);
    }

    private static List<JsonElement> Rows(JsonElement value) => [.. value.GetProperty("value").EnumerateArray()];
}
