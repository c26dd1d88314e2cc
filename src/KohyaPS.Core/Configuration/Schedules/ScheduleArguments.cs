namespace KohyaPS;

/// <summary>
/// The name=value arguments of a schedule: values are Python literals, as sd-scripts takes them. Every argument is held against
/// what its schedule knows; <see cref="Problems"/> has everything that is wrong, and what fits can be read by its name.
/// </summary>
internal sealed class ScheduleArguments
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);
    private readonly List<ConfigProblem> problems = [];
    private const string Setting = nameof(ScheduleSettings.LrSchedulerArgs);

    /// <param name="owner">Whose arguments they are, as messages name it.</param>
    /// <param name="arguments">The arguments; null for none.</param>
    /// <param name="known">What the owner knows.</param>
    public ScheduleArguments(string owner, IReadOnlyList<string>? arguments, IReadOnlyList<ScheduleArgument> known)
    {
        foreach (var argument in arguments ?? [])
            Add(argument, owner, known);
        foreach (var missing in known.Where(d => d.IsRequired && !(arguments ?? []).Any(given => given.StartsWith(d.Name + "=", StringComparison.Ordinal))))
            Refuse($"{owner} needs the argument {missing.Name}.", $"Set LrSchedulerArgs to {missing.Name}={missing.Example}.");
    }

    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<ConfigProblem> Problems => problems;

    /// <summary>Whether an argument is given and not None.</summary>
    public bool Has(string name) => values.GetValueOrDefault(name) is not null;

    /// <summary>A number.</summary>
    public double Number(string name, double otherwise) => OptionalNumber(name) ?? otherwise;

    /// <summary>A number, or null where it is not given or None.</summary>
    public double? OptionalNumber(string name) => Numbers(name) is [var one, ..] ? one : null;

    /// <summary>A whole number.</summary>
    public int Whole(string name, int otherwise) => OptionalWhole(name) ?? otherwise;

    /// <summary>A whole number, or null where it is not given or None.</summary>
    public int? OptionalWhole(string name) => values.GetValueOrDefault(name) is long whole ? (int)whole : null;

    /// <summary>True or False.</summary>
    public bool Flag(string name, bool otherwise) => ScheduleArgumentValue.Flag(values.GetValueOrDefault(name)) ?? otherwise;

    /// <summary>Text.</summary>
    public string Text(string name, string otherwise) => values.GetValueOrDefault(name) as string ?? otherwise;

    /// <summary>The numbers of a list, or one alone; null where it is not given.</summary>
    public IReadOnlyList<double>? Numbers(string name) => ScheduleArgumentValue.Numbers(values.GetValueOrDefault(name));

    /// <summary>Two numbers.</summary>
    public (double First, double Second) Pair(string name, (double First, double Second) otherwise) => Numbers(name) is [var first, var second] ? (first, second) : otherwise;

    /// <summary>Adds what the trainer itself passes to a named schedule; null passes nothing.</summary>
    public ScheduleArguments Passing(params IEnumerable<(string Name, object? Value)> passed)
    {
        foreach (var (name, value) in passed.Where(p => p.Value is not null))
            values[name] = value;
        return this;
    }

    private void Add(string argument, string owner, IReadOnlyList<ScheduleArgument> known)
    {
        var example = known is [var any, ..] ? $"{any.Name}={any.Example}" : "name=value";
        if (known.FirstOrDefault(d => argument.StartsWith(d.Name + "=", StringComparison.Ordinal)) is { } named)
            example = $"{named.Name}={(named.Kind == ScheduleArgumentKind.Text && named.Choices is null ? $"'{argument[(named.Name.Length + 1)..].Trim('\'', '"')}'" : named.Example)}";
        if (!NamedLiteral.TryParse(argument, Setting, example, problems, out var name, out var value))
            return;
        if (known.FirstOrDefault(d => d.Name == name) is not { } definition)
        {
            var nearest = NearestName.Find(name, known.Select(d => d.Name));
            Refuse($"{owner} has no argument '{name}'.", ScheduleCatalogue.SettingFor(name) is { } own ? $"Set {own} instead." : nearest is not null ? $"Did you mean {nearest}?" : known.Count == 0 ? "It takes none." : $"It knows {string.Join(", ", known.Select(d => d.Name))}.");
        }
        else if (definition.Problem(value) is { } problem)
            Refuse($"'{argument}' in {Setting} {problem}.", $"Write {example}.");
        else if (!values.TryAdd(name, value))
            Refuse($"{name} stands in {Setting} twice.", "Give it once.");
    }

    private void Refuse(string message, string remedy) => problems.Add(ConfigRules.Error(Setting, message, remedy));
}
