namespace KohyaPS;

/// <summary>A tuple or list of a Python literal.</summary>
/// <param name="Items">The values inside.</param>
/// <param name="IsList">True for [1, 2], false for (1, 2).</param>
internal sealed record PythonSequence(IReadOnlyList<object?> Items, bool IsList);
