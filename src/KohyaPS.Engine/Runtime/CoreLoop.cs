using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>Work of ours shared among as many cores as libtorch uses.</summary>
internal static class CoreLoop
{
    // So that the caller takes over what another thread has not begun.
    private const int PartsPerThread = 4;

    /// <param name="count">Pieces of work; which core takes which changes no number.</param>
    /// <param name="run">Does one, by its place.</param>
    public static void ForEach(nint count, Action<nint> run) =>
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, item => run((nint)item));

    /// <summary>The same for many small pieces, some of which go to a core together.</summary>
    public static void ForRows(long rows, Action<long> run)
    {
        var parts = Math.Min(rows, PartsPerThread * get_num_threads());
        ForEach((nint)parts, part =>
        {
            var end = rows * (part + 1) / parts;
            for (var row = rows * part / parts; row < end; row++)
                run(row);
        });
    }
}
