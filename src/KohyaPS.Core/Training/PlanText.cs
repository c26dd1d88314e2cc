using System.Globalization;

namespace KohyaPS;

/// <summary>A training plan as one page of text.</summary>
internal static class PlanText
{
    private const int ShownBuckets = 6;
    private const int ShownOutputs = 8;
    private const int LabelWidth = 11;

    internal static string Of(TrainingPlan plan) => string.Join(Environment.NewLine, Lines(plan));

    private static IEnumerable<string> Lines(TrainingPlan plan)
    {
        yield return $"Training plan '{plan.Name}': {(plan.CanStart ? "can start" : "cannot start")}";
        yield return Row("Model", plan.BaseModel.Length == 0 ? "none" : plan.BaseModel);
        var regularization = plan.RegularizationImages == 0 ? "" : Text($", {plan.RegularizationImages} for regularisation");
        yield return Row("Pictures", Text($"{plan.Images}, {plan.RepeatedImages} with repeats{regularization}"));
        foreach (var line in Listed("Buckets", plan.Buckets.Select(b => Text($"{b.Width} x {b.Height}: {b.Images} pictures in {b.Batches} batches")), ShownBuckets))
            yield return line;
        yield return Row("Steps", plan.StepEquation);
        yield return Row("", Text($"{plan.Epochs} epochs of {plan.BatchesPerEpoch} batches, {plan.StepsPerEpoch} steps; warm-up {plan.WarmupSteps} steps"));
        if (plan.FirstStep > 0)
            yield return Row("", Text($"goes on after step {plan.FirstStep}: {plan.TotalSteps - plan.FirstStep} steps are left"));
        yield return Row("Memory", Memory(plan.Memory));
        foreach (var line in Listed("Writes", plan.Outputs, ShownOutputs))
            yield return line;
        foreach (var line in Listed("Errors", plan.Problems.Where(p => !p.IsWarning).Select(Words), int.MaxValue))
            yield return line;
        foreach (var line in Listed("Warnings", plan.Problems.Where(p => p.IsWarning).Select(Words), int.MaxValue))
            yield return line;
    }

    private static string Memory(MemoryForecast memory) => memory.Total == 0
        ? "unknown without a model that can be read"
        : Text($"about {Gibibyte.Text(memory.Total)} of the {(memory.IsOnCard ? "card" : "machine")}'s {Gibibyte.Text(memory.Available)}: {Parts(memory)}, program {Gibibyte.Text(memory.Process)}");

    private static string Parts(MemoryForecast memory) => memory.IsPreparationMost
        ? Text($"encoding pictures and captions, more than the steps will take, {Gibibyte.Text(memory.Preparation)}")
        : Text($"weights {Gibibyte.Text(memory.Weights)}, LoRA {Gibibyte.Text(memory.Network)}, activations {Gibibyte.Text(memory.Activations)}, caches {Gibibyte.Text(memory.Caches)}");

    private static IEnumerable<string> Listed(string label, IEnumerable<string> items, int most)
    {
        var all = items.ToList();
        for (var i = 0; i < Math.Min(all.Count, most); i++)
            yield return Row(i == 0 ? label : "", all[i]);
        if (all.Count > most)
            yield return Row("", Text($"... and {all.Count - most} more"));
    }

    private static string Words(ConfigProblem problem) => $"{problem.Setting}: {problem.Message} {problem.Remedy}".TrimEnd();

    private static string Row(string label, string text) => $"  {label.PadRight(LabelWidth)}{text}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
