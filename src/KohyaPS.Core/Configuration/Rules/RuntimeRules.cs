using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>Precision, logs and workers.</summary>
internal static class RuntimeRules
{
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        var runtime = config.Runtime;
        if (runtime.FullFp16 && runtime.MixedPrecision != MixedPrecision.Fp16)
            yield return Error("FullFp16", $"FullFp16 needs MixedPrecision fp16, which is {SettingText.Format(runtime.MixedPrecision)}.", "Set MixedPrecision to fp16, or leave out FullFp16.");
        if (runtime.FullBf16 && runtime.MixedPrecision != MixedPrecision.Bf16)
            yield return Error("FullBf16", $"FullBf16 needs MixedPrecision bf16, which is {SettingText.Format(runtime.MixedPrecision)}.", "Set MixedPrecision to bf16, or leave out FullBf16.");
        if (runtime.BaseStorage == BaseStorage.Int8 && config.Network.BaseWeights is { Count: > 0 })
            yield return Error("BaseStorage", "BaseWeights are added to the model's numbers, which BaseStorage int8 would round away.", "Merge them into a checkpoint with Merge-LoraNetwork and train on that, or leave out BaseStorage.");
        if (runtime.BaseStorage == BaseStorage.Int8 && config.Network.NetworkModule == NetworkModule.Oft)
            yield return Error("BaseStorage", "OFT turns the model's own numbers and needs them whole.", "Leave out BaseStorage, or choose networks.lora.");
        if (runtime.PersistentDataLoaderWorkers && runtime.MaxDataLoaderNWorkers == 0)
            yield return Warning("PersistentDataLoaderWorkers", "PersistentDataLoaderWorkers has no effect without workers.", "Set MaxDataLoaderNWorkers to 1 or more, or leave it out.");
        foreach (var (name, every) in new[] { ("SampleEveryNSteps", config.Sampling.SampleEveryNSteps), ("SampleEveryNEpochs", config.Sampling.SampleEveryNEpochs) })
        {
            if (every is < 0)
                yield return Warning(name, $"{name} is {SettingText.Format(every)}, which draws no samples.", "Leave it out, or set it to 1 or more.");
        }
        if (config.Logging.LogWith is LogTarget.Tensorboard or LogTarget.All && config.Folders.LoggingDir is null)
            yield return Error("LogWith", "LogWith asks for TensorBoard, but there is no folder to log to.", "Set LoggingDir.");
    }
}
