using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Conformance;

/// <summary>Configurations and presets of the kohya_ss GUI, as two of its versions understood them.</summary>
internal static class GuiConfigCases
{
    internal static void Replay(GoldenCheck check, string path, JsonElement file, int pictures)
    {
        if (file.GetProperty("gui_v26_0_0").TryGetProperty("other_family", out var family))
        {
            var message = "";
            try
            {
                ConfigFiles.Read(path);
            }
            catch (ConfigFormatException error)
            {
                message = error.Message;
            }
            check.True($"{family} is refused by name, but: {message}", message.Contains("another model family", StringComparison.Ordinal));
            return;
        }
        var config = ConfigFiles.Read(path);
        var old = file.GetProperty("gui_v21_8_8");
        var recent = file.GetProperty("gui_v26_0_0");
        var agreed = file.TryGetProperty("agreed", out var both) ? both : recent.GetProperty("settings");
        var script = (old.TryGetProperty("script", out var name) ? name : recent.GetProperty("script")).GetString()!;
        check.Equal("sdxl", script.StartsWith("sdxl", StringComparison.Ordinal), config.Model.Sdxl);

        var expected = new ExpectedSettings(check, config);
        expected.Leave([.. file.GetProperty("assumed").EnumerateObject().Select(setting => setting.Name)]);
        var assumed = file.GetProperty("assumed").EnumerateObject().Select(setting => setting.Name).ToHashSet();
        foreach (var setting in agreed.EnumerateObject().Where(setting => !assumed.Contains(setting.Name) && !(setting.Name == "sample_prompts" && assumed.Contains("output_dir"))))
            expected.Holds(setting.Name, setting.Value);
        if (file.TryGetProperty("disputed", out var disputed))
        {
            foreach (var setting in disputed.EnumerateObject())
                expected.Allows(setting.Name, [.. setting.Value.EnumerateArray()]);
        }
        expected.Leave("LrWarmupSteps", "NoiseOffset");
        // Where v21.8.8 refused to start, only v26 speaks, which drops settings of value 0 and knows no_half_vae for SDXL only.
        if (old.TryGetProperty("refused", out _))
            expected.Leave("NoHalfVae", "MaxGradNorm");
        if (assumed.Contains("output_dir"))
            expected.Leave("SamplePrompts");
        expected.RestIsDefault();
        Lengths(check, config, old, pictures);
    }

    /// <summary>The step counts that v21.8.8 computes from the folder.</summary>
    private static void Lengths(GoldenCheck check, LoraConfig config, JsonElement gui, int pictures)
    {
        if (!gui.TryGetProperty("computed_for_200_images", out var computed))
            return;
        var training = config.Training;
        var hasRegularization = config.Folders.RegDataDir is not null;
        var batches = StepArithmetic.CeilingDivide(pictures * (hasRegularization ? 2 : 1), training.TrainBatchSize);
        if (computed.TryGetProperty("max_train_steps", out var steps) && training.MaxTrainSteps is null && training.MaxTrainEpochs is null)
            check.Equal("max_train_steps for 200 pictures", steps.GetInt32(), StepArithmetic.Compute(config, pictures, batches, hasRegularization).TotalSteps);
        if (computed.TryGetProperty("lr_warmup_steps", out var warmup) && training.MaxTrainEpochs is null)
        {
            // A preset of a newer GUI leaves the share to the trainer, which rounds down; the recorded steps are those of the old GUI, which rounds.
            var asRecorded = config with { Runtime = config.Runtime with { Compatibility = Compatibility.Kohya2188 } };
            check.Equal("lr_warmup_steps for 200 pictures", warmup.GetInt32(), StepArithmetic.Compute(asRecorded, pictures, batches, hasRegularization).WarmupSteps);
        }
    }
}
