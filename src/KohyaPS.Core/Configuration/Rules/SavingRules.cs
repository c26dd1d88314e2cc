using KohyaPS.Files;
using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>Saving, keeping and where a training starts.</summary>
internal static class SavingRules
{
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        var saving = config.Saving;
        var savesByEpoch = saving.SaveEveryNEpochs is not null || saving.SaveNEpochRatio is not null;
        var savesStates = saving.SaveState;
        if (saving.SaveLastNSteps is not null && saving.SaveEveryNSteps is null)
            yield return NoEffect("SaveLastNSteps", "SaveEveryNSteps");
        if (saving.SaveLastNStepsState is not null && saving.SaveEveryNSteps is null)
            yield return NoEffect("SaveLastNStepsState", "SaveEveryNSteps");
        if (saving.SaveLastNStepsState is not null && !savesStates)
            yield return NoEffect("SaveLastNStepsState", "SaveState");
        if (saving.SaveLastNEpochs is not null && !savesByEpoch)
            yield return NoEffect("SaveLastNEpochs", "SaveEveryNEpochs");
        if (saving.SaveLastNEpochsState is not null && !(savesByEpoch && savesStates))
            yield return NoEffect("SaveLastNEpochsState", savesByEpoch ? "SaveState" : "SaveEveryNEpochs");
        if (PortableName.Problem(config.Folders.FinalName) is { } why)
            yield return Error("OutputName", $"OutputName '{config.Folders.FinalName}' is not a file name that works everywhere: it {why}.", "Give a name without folders and without / \\ : * ? \" < > |, such as dog_v1.");
        var training = config.Training;
        if (training.InitialStep is { } step && training.MaxTrainSteps is { } most && step >= most)
            yield return Error("InitialStep", $"InitialStep {SettingText.Format(step)} is not below MaxTrainSteps {SettingText.Format(most)}, so nothing is left to train.", "Raise MaxTrainSteps, or lower InitialStep.");
        if (training.InitialEpoch is { } epoch && training.MaxTrainEpochs is { } epochs && epoch > epochs)
            yield return Error("InitialEpoch", $"InitialEpoch {SettingText.Format(epoch)} is above MaxTrainEpochs {SettingText.Format(epochs)}, so nothing is left to train.", "Raise MaxTrainEpochs, or lower InitialEpoch.");
        if (training.SkipUntilInitialStep && training.InitialStep is null && training.InitialEpoch is null)
            yield return NoEffect("SkipUntilInitialStep", "InitialStep or InitialEpoch");
        if (training.InitialEpoch is not null && training.InitialStep is not null)
            yield return Warning("InitialEpoch", "InitialStep wins over InitialEpoch.", "Leave out one of them.");
    }

    private static ConfigProblem NoEffect(string setting, string without) =>
        Warning(setting, $"{setting} has no effect without {without}.", $"Set {without}, or leave out {setting}.");
}
