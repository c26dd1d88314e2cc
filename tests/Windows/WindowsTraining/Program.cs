using KohyaPS;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training;
using KohyaPS.Safetensors;

// WindowsTraining <config.yaml> <model.safetensors>: what a Windows user's session does, step by step, so that the last line tells where it stops.
Console.WriteLine($"system: {Environment.OSVersion}, .NET {Environment.Version}");
foreach (var check in EnvironmentProbe.Run())
    Console.WriteLine($"{check.Name}: {check.Status}: {check.Value} {check.Cure}");

using (var model = SafetensorsFile.Open(args[1]))
    Console.WriteLine($"safetensors: {model.Entries.Count} tensors");

var config = ConfigFiles.Read(args[0]);
var result = LoraTrainer.Run(new TrainingRequest(config), Show, CancellationToken.None, CancellationToken.None);
Console.WriteLine($"training: {result.ExitCode}, {result.NetworkPath} {result.Message}");
return (int)result.ExitCode;

static void Show(TrainingEvent e)
{
    if (e is StepDone step)
        Console.WriteLine($"step {step.Step}: loss {step.Loss}");
}
