using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Safetensors;

namespace KohyaPS.Engine.Tests.Networks;

/// <summary>The numbers of the peer are golden cases (family network-tools); here is the promise to users.</summary>
public sealed class ModelMergeTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("kohyaps-mix-").FullName;

    [Theory]
    [InlineData("v_prediction", "v")]
    [InlineData("epsilon", null)]
    public void A_mix_predicts_what_the_first_model_does(string prediction, string? said)
    {
        var folder = Path.Combine(scratch, "folder");
        Training.FamilyModels.CopyTo(folder, "sd2-mini", "");
        File.WriteAllText(Path.Combine(folder, "scheduler", "scheduler_config.json"), $$"""{"prediction_type": "{{prediction}}"}""");
        var (one, mixed) = (Path.Combine(scratch, "one.safetensors"), Path.Combine(scratch, "mixed.safetensors"));
        ModelConversion.Run(new(folder, one), TestContext.Current.CancellationToken);
        var result = ModelMerge.Run(new([(one, 0.5), (one, 0.5)], mixed), TestContext.Current.CancellationToken);
        Assert.Equal(said, result.Metadata.GetValueOrDefault(ModelDetector.PredictionKey));
        using var written = SafetensorsFile.Open(mixed);
        Assert.Equal(result.Metadata, written.Metadata);
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);
}
