namespace KohyaPS.Engine.Training.Saving;

/// <summary>ss_optimizer: the Python class that does what our optimizer does, with its arguments.</summary>
internal static class OptimizerText
{
    /// <summary>The class, then the arguments in parentheses if there are any.</summary>
    public static string Of(OptimizerSettings settings)
    {
        var arguments = (settings.OptimizerArgs ?? []).Select(argument => argument.Split('=', 2))
            .Select(parts => (Name: parts[0].Trim(), Value: PythonLiteral.Normalize(parts.Length > 1 ? parts[1] : ""))).ToList();
        if (Implied(settings.OptimizerType) is { } implied && settings.OptimizerClass is null && !arguments.Exists(a => a.Name == implied.Name))
            arguments.Add(implied);
        var name = settings.OptimizerClass ?? Class(settings.OptimizerType);
        return arguments.Count == 0 ? name : $"{name}({string.Join(',', arguments.Select(a => $"{a.Name}={a.Value}"))})";
    }

    // Arguments that the trainer adds where the user gave none.
    private static (string Name, string Value)? Implied(OptimizerType type) => type switch
    {
        OptimizerType.SGDNesterov or OptimizerType.SGDNesterov8bit => ("momentum", "0.9"),
        OptimizerType.Adafactor => ("relative_step", "True"),
        _ => null,
    };

    private static string Class(OptimizerType type) => type switch
    {
        OptimizerType.AdamW => "torch.optim.adamw.AdamW",
        OptimizerType.SGDNesterov => "torch.optim.sgd.SGD",
        OptimizerType.AdamW8bit or OptimizerType.PagedAdamW or OptimizerType.PagedAdamW32bit or OptimizerType.PagedAdamW8bit => $"bitsandbytes.optim.adamw.{type}",
        OptimizerType.Lion8bit or OptimizerType.PagedLion8bit => $"bitsandbytes.optim.lion.{type}",
        OptimizerType.SGDNesterov8bit => "bitsandbytes.optim.sgd.SGD8bit",
        OptimizerType.Lion => "lion_pytorch.lion_pytorch.Lion",
        OptimizerType.DAdaptation or OptimizerType.DAdaptAdamPreprint => "dadaptation.experimental.dadapt_adam_preprint.DAdaptAdamPreprint",
        OptimizerType.DAdaptAdaGrad => "dadaptation.dadapt_adagrad.DAdaptAdaGrad",
        OptimizerType.DAdaptAdam => "dadaptation.dadapt_adam.DAdaptAdam",
        OptimizerType.DAdaptAdan => "dadaptation.dadapt_adan.DAdaptAdan",
        OptimizerType.DAdaptAdanIP => "dadaptation.experimental.dadapt_adan_ip.DAdaptAdanIP",
        OptimizerType.DAdaptLion => "dadaptation.dadapt_lion.DAdaptLion",
        OptimizerType.DAdaptSGD => "dadaptation.dadapt_sgd.DAdaptSGD",
        OptimizerType.Prodigy => "prodigyopt.prodigy.Prodigy",
        OptimizerType.Adafactor => "transformers.optimization.Adafactor",
        OptimizerType.RAdamScheduleFree => "schedulefree.radam_schedulefree.RAdamScheduleFree",
        OptimizerType.AdamWScheduleFree => "schedulefree.adamw_schedulefree.AdamWScheduleFree",
        OptimizerType.SGDScheduleFree => "schedulefree.sgd_schedulefree.SGDScheduleFree",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "This optimizer has no class in Python."),
    };
}
