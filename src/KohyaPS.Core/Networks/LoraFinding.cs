namespace KohyaPS;

/// <summary>Something that Test-LoraNetwork found wrong or noteworthy in a network file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Id">Short name of the kind of finding, which never changes: NotFinite, MissingPair, ...</param>
/// <param name="Target">The module or tensor; null where it is the whole file.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="IsWarning">True where the file can be used all the same.</param>
public sealed record LoraFinding(string Path, string Id, string? Target, string Message, string Remedy, bool IsWarning = false);
