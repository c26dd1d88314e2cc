namespace KohyaPS;

/// <summary>A dictionary of a Python literal.</summary>
/// <param name="Items">Keys and values in their order; the last of equal keys counts.</param>
internal sealed record PythonDictionary(IReadOnlyList<KeyValuePair<object, object?>> Items);
