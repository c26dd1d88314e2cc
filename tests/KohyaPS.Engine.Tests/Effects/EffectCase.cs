namespace KohyaPS.Engine.Tests.Effects;

/// <summary>One line of Effects.txt: what is changed, in which surroundings, and what a training must then show.</summary>
/// <param name="Name">The setting, or the key of a dataset file.</param>
/// <param name="Change">Assignments of the changed training.</param>
/// <param name="Surroundings">Assignments of both trainings.</param>
/// <param name="Shows">What is to be seen; see <see cref="EffectChecks"/>.</param>
internal sealed record EffectCase(string Name, string Change, string Surroundings, IReadOnlyList<string> Shows)
{
    private const string Separator = " & ";

    /// <summary>All lines.</summary>
    public static IReadOnlyList<EffectCase> All { get; } =
    [
        .. File.ReadLines(Path.Combine(KohyaPS.Conformance.GoldenRoot.Checkout, "tests", "KohyaPS.Engine.Tests", "Effects", "Effects.txt"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(Parse),
    ];

    /// <summary>The changed training's configuration.</summary>
    public LoraConfig Changed(LoraConfig start) => Apply(Apply(start, Surroundings), Change);

    /// <summary>The configuration of the training that it is compared with.</summary>
    public LoraConfig Plain(LoraConfig start) => Apply(start, Surroundings);

    private static LoraConfig Apply(LoraConfig config, string assignments) => assignments.Split(Separator, StringSplitOptions.RemoveEmptyEntries)
        .Select(a => a.Split('=', 2)).Aggregate(config, (changed, a) => changed.With(a[0].Trim(), a[1].Length == 0 ? null : a[1]));

    private static EffectCase Parse(string line)
    {
        var cells = line.Split(" | ");
        var name = cells[0].Trim();
        var change = cells[1].Trim();
        return new(name, change, cells[2].Trim(), cells[3].Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }
}
