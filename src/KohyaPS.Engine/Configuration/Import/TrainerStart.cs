namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Configurations that hold the defaults of other programs.</summary>
internal static class TrainerStart
{
    /// <summary>Defaults of the sd-scripts trainer; but captions are looked for as always, since its .caption is among what is found.</summary>
    internal static LoraConfig Trainer(string baseFolder) => Start(baseFolder, setting => setting.Name == "CaptionExtension" ? setting.Default : setting.TrainerDefault);

    /// <summary>Defaults of the kohya_ss v21.8.8 GUI.</summary>
    internal static LoraConfig Gui(string baseFolder) => Start(baseFolder, setting => setting.GuiDefault);

    private static LoraConfig Start(string baseFolder, Func<Setting, object?> value) => SettingCatalogue.All
        .Where(setting => !SettingText.Same(value(setting), setting.Default))
        .Aggregate(new LoraConfig { BaseFolder = baseFolder }, (config, setting) => setting.Write(config, value(setting)));
}
