namespace KohyaPS;

/// <summary>An optimizer as its users see it: the Python class that does the same, and its arguments.</summary>
/// <param name="Type">The optimizer.</param>
/// <param name="PythonClass">The class that files of kohya name for it.</param>
/// <param name="Arguments">What OptimizerArgs may set.</param>
public sealed record OptimizerDescription(OptimizerType Type, string PythonClass, params IReadOnlyList<OptimizerArgument> Arguments)
{
    /// <summary>Whether LearningRate must be above 0 even where all parts have rates of their own, since it enters the arithmetic.</summary>
    public bool NeedsLearningRate { get; init; }

    /// <summary>Arguments that are written into the metadata where the user gives none.</summary>
    internal IReadOnlyList<KeyValuePair<string, object?>> Implied { get; init; } = [];

    /// <summary>What is wrong with arguments that are right one by one: the problem and its cure; null where nothing is.</summary>
    internal Func<OptimizerArguments, (string Problem, string Remedy)?> Check { get; init; } = _ => null;
}
