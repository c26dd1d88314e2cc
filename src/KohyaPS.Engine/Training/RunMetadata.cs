using KohyaPS.Engine.Training.Setup;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training;

/// <summary>The metadata of a run's network files.</summary>
internal static class RunMetadata
{
    /// <summary>The entries of the header.</summary>
    public static IReadOnlyDictionary<string, string> Of(RunContext run, TrainingSetup setup, ScalarType computeType, int step, int epoch) => new Dictionary<string, string>
    {
        ["ss_output_name"] = run.Config.Folders.OutputName,
        ["ss_network_module"] = "networks.lora",
        ["ss_steps"] = step.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["ss_epoch"] = epoch.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
