namespace KohyaPS;

/// <summary>Something that a configuration may rightly ask for and that no training of this version does.</summary>
/// <param name="What">What it is, in the plural: "which arrive with a later version" follows.</param>
/// <param name="Remedy">What to type instead.</param>
/// <param name="AskedBy">The name of the setting that asks for it, or null where none does.</param>
internal sealed record LaterFeature(string What, string Remedy, Func<LoraConfig, string?> AskedBy)
{
    /// <summary>Settings in snake_case that have no use before it arrives.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}
