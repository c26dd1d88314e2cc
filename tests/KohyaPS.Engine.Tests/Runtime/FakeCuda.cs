using KohyaPS.Engine.Runtime;

namespace KohyaPS.Engine.Tests.Runtime;

/// <summary>Stands in for a card's driver: says what it is told to say, and remembers what was asked of it.</summary>
internal sealed class FakeCuda : ICuda
{
    public bool IsAvailable { get; init; } = true;

    public int CardCount { get; init; } = 1;

    public bool AllowTensorFloat32 { get; set; } = true;

    public bool AllowFlashAttention { get; set; }

    public int Waits { get; private set; }

    public void Synchronize() => Waits++;
}
