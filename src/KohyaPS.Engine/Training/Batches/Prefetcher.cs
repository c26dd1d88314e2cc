namespace KohyaPS.Engine.Training.Batches;

/// <summary>Loads things in the background before they are asked for. What is loaded never depends on when, by whom, or how many work on it.</summary>
/// <typeparam name="TKey">Names a thing.</typeparam>
/// <typeparam name="TValue">The thing.</typeparam>
/// <param name="workers">How many are loaded at a time; 0 loads each when it is asked for.</param>
internal sealed class Prefetcher<TKey, TValue>(int workers) : IDisposable
    where TKey : notnull
    where TValue : IDisposable
{
    private readonly Dictionary<TKey, Task<TValue>> pending = [];
    private readonly SemaphoreSlim slots = new(Math.Max(1, workers));

    /// <summary>Begins to load a thing, unless it has begun or there are no workers.</summary>
    public void Expect(TKey key, Func<TValue> load)
    {
        if (workers > 0 && !pending.ContainsKey(key))
            pending.Add(key, Task.Run(() => LoadInTurn(load)));
    }

    /// <summary>The thing; what its loading threw is thrown here. The caller disposes it.</summary>
    public TValue Take(TKey key, Func<TValue> load) => pending.Remove(key, out var begun) ? begun.GetAwaiter().GetResult() : load();

    /// <summary>Waits for what has begun and frees it.</summary>
    public void Dispose()
    {
        foreach (var begun in pending.Values)
        {
            // A failure of something that nobody asked for any more is no failure.
            ((IAsyncResult)begun).AsyncWaitHandle.WaitOne();
            if (begun.IsCompletedSuccessfully)
                begun.Result.Dispose();
        }
        pending.Clear();
        slots.Dispose();
    }

    private async Task<TValue> LoadInTurn(Func<TValue> load)
    {
        await slots.WaitAsync().ConfigureAwait(false);
        try
        {
            return load();
        }
        finally
        {
            slots.Release();
        }
    }
}
