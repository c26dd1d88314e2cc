namespace KohyaPS.Runtime.Packages;

/// <summary>How far an installation is.</summary>
/// <param name="Activity">What is being done.</param>
/// <param name="DoneBytes">Bytes of it that are done.</param>
/// <param name="TotalBytes">Bytes of it in all.</param>
public sealed record RuntimeProgress(string Activity, long DoneBytes, long TotalBytes);
