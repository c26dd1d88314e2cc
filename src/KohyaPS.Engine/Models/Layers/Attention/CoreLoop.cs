using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>Work of ours shared among as many cores as libtorch uses.</summary>
internal static class CoreLoop
{
    /// <param name="count">Pieces of work; which core takes which changes no number.</param>
    /// <param name="run">Does one, by its place.</param>
    public static void ForEach(nint count, Action<nint> run) =>
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, item => run((nint)item));
}
