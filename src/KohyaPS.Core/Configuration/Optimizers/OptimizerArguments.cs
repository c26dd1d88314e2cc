namespace KohyaPS;

/// <summary>
/// The arguments of one optimizer, read and checked: every argument it knows has a value, the given one or its default.
/// </summary>
internal sealed class OptimizerArguments
{
    private readonly OptimizerDescription optimizer;
    private readonly Dictionary<string, object?> values;

    private OptimizerArguments(OptimizerDescription optimizer, double learningRate)
    {
        this.optimizer = optimizer;
        LearningRate = learningRate;
        values = optimizer.Arguments.ToDictionary(argument => argument.Name, argument => argument.Default);
    }

    /// <summary>The learning rate that the optimizer itself is made with; groups may have others.</summary>
    public double LearningRate { get; }

    /// <summary>What was given, and what the trainer adds to it, as it stands in the metadata.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Given { get; private set; } = [];

    /// <summary>Reads the arguments of a configuration.</summary>
    /// <param name="settings">Names the optimizer.</param>
    /// <param name="problems">Everything that is wrong with them, each with its cure.</param>
    public static OptimizerArguments Read(OptimizerSettings settings, out IReadOnlyList<ConfigProblem> problems)
    {
        var read = new OptimizerArguments(OptimizerCatalogue.Get(settings.OptimizerType), settings.LearningRate);
        var found = new List<ConfigProblem>();
        read.Take(settings.OptimizerArgs ?? [], found);
        if (found.Count == 0 && read.optimizer.Check(read) is { } wrong)
            found.Add(ConfigRules.Error("OptimizerArgs", wrong.Problem, wrong.Remedy));
        problems = found;
        return read;
    }

    /// <summary>A number.</summary>
    public double Number(string name) => (double)values[name]!;

    /// <summary>A number, or null for None.</summary>
    public double? OptionalNumber(string name) => (double?)values[name];

    /// <summary>A whole number.</summary>
    public long Whole(string name) => (long)values[name]!;

    /// <summary>A whole number, or null for None.</summary>
    public long? OptionalWhole(string name) => (long?)values[name];

    /// <summary>True or False.</summary>
    public bool Flag(string name) => (bool)values[name]!;

    /// <summary>Two numbers.</summary>
    public (double First, double Second) Pair(string name) => Items(name) is [var first, var second] ? (first, second) : throw Misread(name);

    /// <summary>Three numbers.</summary>
    public (double First, double Second, double Third) Triple(string name) =>
        Items(name) is [var first, var second, var third] ? (first, second, third) : throw Misread(name);

    /// <summary>The value in force, as Python would print it; for what compares or shows arguments.</summary>
    public object? this[string name] => values[name];

    /// <summary>Whether the optimizer knows an argument.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    private double[] Items(string name) => [.. ((PythonSequence)values[name]!).Items.Cast<double>()];

    private static InvalidOperationException Misread(string name) => new($"The argument {name} has another count of numbers.");

    private void Take(IReadOnlyList<string> texts, List<ConfigProblem> problems)
    {
        var given = new List<KeyValuePair<string, object?>>();
        foreach (var text in texts)
        {
            var example = optimizer.Arguments.FirstOrDefault(argument => text.StartsWith(argument.Name + "=", StringComparison.Ordinal)) is { } named ? $"{named.Name}={named.Example}" : "weight_decay=0.01";
            if (NamedLiteral.TryParse(text, "OptimizerArgs", example, problems, out var name, out var value))
                Take(name, value, given, problems);
        }
        given.AddRange(optimizer.Implied.Where(implied => !given.Exists(g => g.Key == implied.Key)));
        if (optimizer.Type == OptimizerType.Adafactor)
            ForceRelativeStep(given);
        Given = given;
    }

    private void Take(string name, object? literal, List<KeyValuePair<string, object?>> given, List<ConfigProblem> problems)
    {
        if (optimizer.Arguments.FirstOrDefault(argument => argument.Name == name) is not { } known)
        {
            problems.Add(Unknown(name));
            return;
        }
        if (given.Exists(g => g.Key == name))
            problems.Add(ConfigRules.Error("OptimizerArgs", $"{name} stands in OptimizerArgs twice.", "Give it once."));
        else if (known.TryRead(literal, out var value))
        {
            values[name] = value;
            given.Add(new(name, literal));
        }
        else
            problems.Add(ConfigRules.Error("OptimizerArgs", $"{name}={PythonLiteral.Print(literal)} does not fit {optimizer.Type}: {name} is {known.Valid}.", $"Write it as {name}={known.Example}."));
    }

    private ConfigProblem Unknown(string name)
    {
        if (name == "lr")
            return ConfigRules.Error("OptimizerArgs", "lr in OptimizerArgs is not taken: the learning rate has its own settings.", "Set LearningRate, UnetLr or TextEncoderLr instead.");
        var names = optimizer.Arguments.Where(a => a.Kind != OptimizerArgumentKind.WithoutEffect).Select(a => a.Name).ToList();
        var nearest = NearestName.Find(name, names);
        return ConfigRules.Error("OptimizerArgs", $"{optimizer.Type} has no argument '{name}'.", nearest is null ? $"It knows {string.Join(", ", names)}." : $"Did you mean {nearest}?");
    }

    // sd-scripts turns relative_step on where warmup_init asks for it, and says so in the metadata.
    private void ForceRelativeStep(List<KeyValuePair<string, object?>> given)
    {
        if (!Flag("warmup_init") || Flag("relative_step"))
            return;
        values["relative_step"] = true;
        given[given.FindIndex(g => g.Key == "relative_step")] = new("relative_step", true);
    }
}
