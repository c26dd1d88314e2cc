using KohyaPS.Engine.Training;
using KohyaPS.Engine.Training.Setup;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>A few steps with odd gradients: zero, missing, huge, tiny, not finite; and parameters of odd shapes.</summary>
internal static class EdgeReplay
{
    public static void Run(OptimizerCase recorded, GoldenCheck check)
    {
        if (!recorded.IsBinding)
            GoldenCheck.Skip("recorded for information: " + recorded.Recorded.GetProperty("note").GetString());
        using var scope = NewDisposeScope();
        var tensors = recorded.Tensors!;
        var starts = recorded.Inputs.EnumerateObject().Where(i => i.Name.StartsWith("start/", StringComparison.Ordinal)).ToDictionary(i => i.Name["start/".Length..], i => tensors[i.Value]);
        var config = recorded.Config([], steps: 100);
        using var parameters = new RecordedParameters([(config.Optimizer.LearningRate, [.. starts.Select(s => (s.Key, (IReadOnlyList<long>)s.Value.shape))])], starts.Values.First().dtype);
        foreach (var (name, value) in starts)
            parameters.SetValue(name, value);
        using var optimizer = OptimizerChoice.Create(config, parameters.Groups);
        var update = new WeightUpdate(parameters.Groups, optimizer, ScheduleChoice.Create(config, StepArithmetic.Compute(config, 100, 100, hasRegularization: false), parameters.Groups.Count), config.Optimizer.MaxGradNorm);
        var present = starts.Keys.ToDictionary(name => name, name => recorded.Inputs.GetProperty("has_gradient/" + name).EnumerateArray().Select(h => h.GetBoolean()).ToArray());
        // A parameter that never gets a gradient has no gradients beside it.
        var gradients = starts.Keys.Where(name => recorded.Inputs.TryGetProperty("gradients/" + name, out _)).ToDictionary(name => name, name => tensors[recorded.Inputs.GetProperty("gradients/" + name)]);
        var after = starts.Keys.ToDictionary(name => name, _ => new List<Tensor>());
        for (var step = 0; step < present.Values.First().Length; step++)
        {
            foreach (var group in parameters.Groups)
                group.ZeroGradients();
            foreach (var (name, values) in gradients)
            {
                if (present[name][step])
                    parameters.SetGradient(name, values[step]);
            }
            update.Apply(step);
            foreach (var (name, values) in after)
                values.Add(parameters[name].detach().clone());
        }
        foreach (var (name, values) in after)
        {
            if (recorded.Expected.TryGetProperty("params/" + name, out var want))
                tensors.Compare(check, "params/" + name, want, stack(values));
        }
    }
}
