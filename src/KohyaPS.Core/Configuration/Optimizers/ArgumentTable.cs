namespace KohyaPS;

/// <summary>The usual arguments of optimizers, for the tables of the catalogue.</summary>
internal static class ArgumentTable
{
    /// <summary>Decay rates of moments, each at least 0 and below 1.</summary>
    public static OptimizerArgument Betas(params double[] defaults) =>
        new("betas", OptimizerArgumentKind.Numbers, new PythonSequence([.. defaults], IsList: false)) { Minimum = 0, Maximum = 1, IsBelowMaximum = true };

    /// <summary>The number that keeps a quotient finite; at least 0.</summary>
    public static OptimizerArgument Eps(double otherwise) => new("eps", OptimizerArgumentKind.Number, otherwise) { Minimum = 0 };

    /// <summary>Decay of the weights; at least 0.</summary>
    public static OptimizerArgument WeightDecay(double otherwise) => new("weight_decay", OptimizerArgumentKind.Number, otherwise) { Minimum = 0 };

    /// <summary>A number of any size; null makes it one that may be None.</summary>
    public static OptimizerArgument Number(string name, double? otherwise) => new(name, OptimizerArgumentKind.Number, otherwise) { AllowsNone = otherwise is null };

    /// <summary>A number of at least 0.</summary>
    public static OptimizerArgument NotNegative(string name, double otherwise) => new(name, OptimizerArgumentKind.Number, otherwise) { Minimum = 0 };

    /// <summary>A number above 0.</summary>
    public static OptimizerArgument Positive(string name, double otherwise) => new(name, OptimizerArgumentKind.Number, otherwise) { Minimum = 0, IsAboveMinimum = true };

    /// <summary>A whole number of at least so many; null makes it one that may be None.</summary>
    public static OptimizerArgument Whole(string name, long? otherwise, long minimum = 0) =>
        new(name, OptimizerArgumentKind.WholeNumber, otherwise) { Minimum = minimum, AllowsNone = otherwise is null };

    /// <summary>True or False.</summary>
    public static OptimizerArgument Flag(string name, bool otherwise = false) => new(name, OptimizerArgumentKind.Flag, otherwise);

    /// <summary>An argument that can only have its default, since no other value is carried out.</summary>
    public static OptimizerArgument Fixed(string name, object value) =>
        new(name, value is bool ? OptimizerArgumentKind.Flag : value is long ? OptimizerArgumentKind.WholeNumber : OptimizerArgumentKind.Number, value) { Only = value };

    /// <summary>Arguments about how Python computes; they change nothing here.</summary>
    public static IReadOnlyList<OptimizerArgument> WithoutEffect(params string[] names) =>
        [.. names.Select(name => new OptimizerArgument(name, OptimizerArgumentKind.WithoutEffect, null))];
}
