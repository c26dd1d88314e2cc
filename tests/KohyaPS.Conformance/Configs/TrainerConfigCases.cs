using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Conformance;

/// <summary>config_file TOML and command lines of sd-scripts.</summary>
internal static class TrainerConfigCases
{
    internal static void Replay(GoldenCheck check, string path, JsonElement file)
    {
        if (file.TryGetProperty("settings", out var module) && module.TryGetProperty("network_module", out module) && module.GetString() is "networks.lora_zimage")
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
            check.True("another family is named, but: " + message, message.Contains("is not read", StringComparison.Ordinal));
            return;
        }
        var config = ConfigFiles.Read(path);
        if (file.TryGetProperty("trainer_refuses", out _))
        {
            check.True("the mistakes are reported", config.Origin!.Notes.Count(note => note.Outcome is ImportOutcome.Unknown or ImportOutcome.Ignored) >= 2);
            return;
        }
        check.Equal("sdxl", file.GetProperty("script").GetString()!.StartsWith("sdxl", StringComparison.Ordinal) && file.GetProperty("kind").GetString() == "command-line", config.Model.Sdxl && file.GetProperty("kind").GetString() == "command-line");
        var expected = new ExpectedSettings(check, config);
        foreach (var setting in file.GetProperty("settings").EnumerateObject())
            expected.Holds(setting.Name, setting.Value);
        expected.RestIsDefault();
        foreach (var name in file.GetProperty("not_trainer_settings").EnumerateArray().Select(name => name.GetString()!))
            check.True($"{name} is reported", config.Origin!.Notes.Any(note => note.Source == name && note.Outcome is not (ImportOutcome.Taken or ImportOutcome.Renamed)));
    }
}
