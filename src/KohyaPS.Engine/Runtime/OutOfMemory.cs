namespace KohyaPS.Engine.Runtime;

/// <summary>Recognises libtorch's many ways to say that memory ran out: its exceptions have one type for everything.</summary>
internal static class OutOfMemory
{
    private static readonly string[] phrases =
    [
        // The processor's allocator, on Linux and Windows.
        "can't allocate memory", "not enough memory",
        // CUDA's allocator and driver ("CUDA out of memory", "CUDA error: out of memory").
        "out of memory",
        // CUDA's libraries, which allocate for themselves.
        "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "CUSOLVER_STATUS_ALLOC_FAILED", "CUFFT_ALLOC_FAILED",
    ];

    /// <summary>True where a message of libtorch says that memory ran out.</summary>
    public static bool IsMeantBy(string message) => Array.Exists(phrases, phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase));
}
