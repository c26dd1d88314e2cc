namespace KohyaPS.Engine.Runtime;

/// <summary>What this program asks of a CUDA build of libtorch; a double answers in tests, where there is no card.</summary>
internal interface ICuda
{
    /// <summary>True where driver, libraries and card work together.</summary>
    bool IsAvailable { get; }

    /// <summary>Cards that this process may use (CUDA_VISIBLE_DEVICES limits and orders them).</summary>
    int CardCount { get; }

    /// <summary>
    /// True lets float32 products and convolutions run in TensorFloat-32 (10 bits of mantissa): several times faster on cards since Ampere, and a
    /// thousand times less exact.
    /// </summary>
    bool AllowTensorFloat32 { set; }

    /// <summary>True lets the attention of libtorch choose its flash kernel; the memory-saving and the plain one are always there.</summary>
    bool AllowFlashAttention { set; }

    /// <summary>Waits until the card has done everything asked of it.</summary>
    void Synchronize();
}
