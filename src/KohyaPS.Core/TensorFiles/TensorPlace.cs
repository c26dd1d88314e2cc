namespace KohyaPS.TensorFiles;

/// <summary>Where the numbers of a tensor lie in a file.</summary>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="Length">Bytes from the first to the last element.</param>
/// <param name="Strides">Elements from one index to the next in each dimension; null where the elements follow each other row by row.</param>
internal readonly record struct TensorPlace(long Offset, long Length, IReadOnlyList<long>? Strides = null);
