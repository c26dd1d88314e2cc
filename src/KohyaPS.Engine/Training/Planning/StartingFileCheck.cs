using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>Whether the files of networks that a training starts from can be read; looks at their headers only.</summary>
internal static class NetworkFileCheck
{
    /// <summary>The files that cannot be used, and why.</summary>
    public static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        if (config.Resolve(config.Network.NetworkWeights) is { } weights && Failure(() => InitialWeights.Open(weights)) is { } why)
            yield return new(nameof(NetworkSettings.NetworkWeights), why, "Give the file of a network with -NetworkWeights.");
        foreach (var file in (config.Network.BaseWeights ?? []).Select(p => config.Resolve(p)!))
            if (Failure(() => StoredNetwork.Open(file)) is { } wrong)
                yield return new(nameof(NetworkSettings.BaseWeights), wrong, "Give files of LoRAs with -BaseWeights.");
    }

    private static string? Failure(Func<IDisposable> open)
    {
        try
        {
            open().Dispose();
            return null;
        }
        catch (Exception e) when (e is CheckpointFormatException or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
