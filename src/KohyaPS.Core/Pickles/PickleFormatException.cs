namespace KohyaPS.Pickles;

/// <summary>A pickle is damaged, unsupported or hostile; <see cref="PickleFile"/> adds the file's name and the cure.</summary>
/// <param name="fault">What is wrong, as the end of a sentence.</param>
internal sealed class PickleFormatException(string fault) : Exception(fault)
{
    /// <summary>The function that the pickle would have had run; null where it is only damaged.</summary>
    public string? Hostile { get; private init; }

    /// <summary>The refusal of a pickle that names a function which could do harm.</summary>
    public static PickleFormatException OfHostile(string name) => new($"it names '{name}'") { Hostile = name };
}
