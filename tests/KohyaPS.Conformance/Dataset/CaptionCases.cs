using System.Text.Json;

namespace KohyaPS.Conformance.Dataset;

/// <summary>From the stored caption to the one that is trained, with recorded draws.</summary>
internal static class CaptionCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        var state = recorded.Root.GetProperty("state");
        if (state.GetProperty("replacements").GetArrayLength() > 0)
            GoldenCheck.Skip("cannot apply: replacements belong to textual inversion");
        var config = ConfigFrom.Settings(recorded.Settings);
        var warmup = config.Captions.TokenWarmupStep;
        var recipe = new CaptionRecipe(SubsetSettings.From(config), StepArithmetic.TokenWarmup(warmup, state.GetProperty("max_train_steps").GetInt32()));
        var expected = recorded.Expected;
        var draws = new RecordedDraws(expected.TryGetProperty("right_draws", out var rightDraws) ? [.. rightDraws.EnumerateArray()] : recorded.Draws);
        var got = recipe.Make(recorded.Inputs.GetProperty("caption").GetString()!, state.GetProperty("current_epoch").GetInt32(), state.GetProperty("current_step").GetInt32(), draws);
        check.Equal("caption", (expected.TryGetProperty("right", out var right) ? right : expected.GetProperty("caption")).GetString(), got);
        draws.CheckAllUsed(check);
    }
}
