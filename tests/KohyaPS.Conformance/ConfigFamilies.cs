namespace KohyaPS.Conformance;

/// <summary>Configurations of other people, 2023 to 2026.</summary>
public sealed class ConfigsFamily() : ConfigFamily("configs");

/// <summary>The presets that kohya_ss ships.</summary>
public sealed class KohyaPresetsFamily() : ConfigFamily("kohya-presets");
