using KohyaPS.Files;

namespace KohyaPS.Core.Tests.Files;

/// <summary>Makes changes of some paths fail while a test runs, as a full or broken disk would.</summary>
internal sealed class RefusedPath : IDisposable
{
    private const int DiskFull = 28;
    private readonly Action<string> before = Disk.Ask;

    public RefusedPath(Func<string, bool> isRefused) => Disk.Ask = path =>
    {
        before(path);
        if (isRefused(path))
            throw new IOException($"No space left on device : '{path}'", DiskFull);
    };

    public void Dispose() => Disk.Ask = before;
}
