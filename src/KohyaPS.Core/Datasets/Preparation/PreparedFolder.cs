namespace KohyaPS;

/// <summary>One folder of pictures and the copy that is to be made of it.</summary>
/// <param name="Source">Full path of the folder to copy.</param>
/// <param name="Target">Full path of the copy, such as destination/img/40_shs dog.</param>
/// <param name="FileCount">Number of files to copy, those in subfolders included.</param>
/// <param name="TotalBytes">Their size in bytes.</param>
/// <param name="State">What stands at the target now.</param>
public sealed record PreparedFolder(string Source, string Target, int FileCount, long TotalBytes, PreparedFolderState State);
