namespace KohyaPS;

/// <summary>Settings that belong together. Groups are immutable; <see cref="LoraConfig.With(string, object)"/> makes changed copies.</summary>
public abstract record SettingGroup
{
    internal SettingGroup Copy() => this with { };
}
