using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Engine.Tokenization;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>Whether the files that a training reads beside its model can be used; looks at their headers only.</summary>
internal static class StartingFileCheck
{
    /// <summary>The files that cannot be used, and why.</summary>
    /// <param name="config">What names them.</param>
    /// <param name="model">The base model; null where it cannot be read.</param>
    public static IEnumerable<ConfigProblem> Check(LoraConfig config, Checkpoint? model)
    {
        if (model is not null && Failure(() => RequireVae(config, model)) is { } noVae)
            yield return new(nameof(ModelSettings.Vae), noVae, "");
        if (model is not null && config.Resolve(config.Model.TokenizerPath) is { } folder && Failure(() => TokenizerFolder.Choose(model.Family, folder, null)) is { } noTokenizer)
            yield return new(nameof(ModelSettings.TokenizerPath), noTokenizer, "");
        if (config.Resolve(config.Network.NetworkWeights) is { } weights && Failure(() => InitialWeights.Open(weights).Dispose()) is { } why)
            yield return new(nameof(NetworkSettings.NetworkWeights), why, "Give the file of a network with -NetworkWeights.");
        foreach (var file in (config.Network.BaseWeights ?? []).Select(p => config.Resolve(p)!))
            if (Failure(() => StoredNetwork.Open(file).Dispose()) is { } wrong)
                yield return new(nameof(NetworkSettings.BaseWeights), wrong, "Give files of LoRAs with -BaseWeights.");
    }

    private static void RequireVae(LoraConfig config, Checkpoint model)
    {
        if (config.Resolve(config.Model.Vae) is { } other)
            ExternalVae.Open(other, model.Family).Dispose();
        else
            _ = model[ModelPart.Vae];
    }

    private static string? Failure(Action open)
    {
        try
        {
            open();
            return null;
        }
        catch (Exception e) when (e is CheckpointFormatException or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
