namespace KohyaPS.Engine.Training.Saving;

/// <summary>ss_optimizer: the Python class that does what our optimizer does, with its arguments.</summary>
internal static class OptimizerText
{
    /// <summary>The class, then the arguments in parentheses if there are any.</summary>
    public static string Of(OptimizerSettings settings)
    {
        var name = settings.OptimizerClass ?? OptimizerCatalogue.Get(settings.OptimizerType).PythonClass;
        var arguments = Arguments(settings);
        return arguments.Length == 0 ? name : $"{name}({arguments})";
    }

    /// <summary>The arguments, those that the trainer adds included, as name=value with commas.</summary>
    public static string Arguments(OptimizerSettings settings) =>
        string.Join(',', OptimizerArguments.Read(settings, out _).Given.Select(a => $"{a.Key}={PythonLiteral.Print(a.Value)}"));

    /// <summary>The schedule; Adafactor's own carries the rate that is shown before its first step.</summary>
    public static string Schedule(LoraConfig config) =>
        config.Optimizer.IsRelativeStep ? $"adafactor:{PythonText.Float(config.Optimizer.LearningRate)}" : SettingText.Format(config.Schedule.LrScheduler);
}
