namespace KohyaPS.Engine.Runtime;

/// <summary>How libtorch shall run in this process; decided once, by the first who asks.</summary>
internal sealed record TorchRuntimeOptions
{
    /// <summary>Threads of one tensor operation; null takes the cores that this process may use.</summary>
    public int? Threads { get; init; }

    /// <summary>True tries the other library for float32 products and keeps it when it is as exact.</summary>
    public bool TryFastFloat32Products { get; init; } = true;

    /// <summary>The folder of the natives; null looks where the build puts them.</summary>
    public string? NativeFolder { get; init; }
}
