using KohyaPS.Engine.Training;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>A memory limit and the forecast of a real model, before anything of it is loaded.</summary>
public sealed class MemoryLimitTests : IDisposable
{
    private const double Gibibyte = 1L << 30;
    private readonly SmallTraining training = new();

    [Fact]
    public void A_limit_turns_on_checkpointing_where_that_is_enough_and_refuses_where_nothing_is()
    {
        var free = Plan();
        var checkpointed = Plan(("gradient_checkpointing", true));
        Assert.True(free.Memory.Total > 1.2 * checkpointed.Memory.Total);
        var chosen = Plan(("memory_limit", (checkpointed.Memory.Total + free.Memory.Total) / 2 / Gibibyte));
        Assert.True(chosen.CanStart && chosen.GradientCheckpointing);
        Assert.Equal(checkpointed.Memory, chosen.Memory);
        Assert.All(chosen.Problems.Where(p => p.Setting == "MemoryLimit"), p => Assert.True(p.IsWarning));
        var refused = Plan(("memory_limit", 1));
        Assert.False(refused.CanStart);
        Assert.Contains(refused.Problems, p => !p.IsWarning && p.Setting == "MemoryLimit" && p.Message.Contains("at least", StringComparison.Ordinal));
    }

    [Fact]
    public void One_byte_a_number_is_forecast_as_such()
    {
        var full = Plan(("mixed_precision", "no")).Memory;
        var packed = Plan(("mixed_precision", "no"), ("base_storage", "int8")).Memory;
        // The embeddings of the text encoder keep their type; beside a model as small as this they are large.
        Assert.InRange(packed.Weights, full.Weights / 4, full.Weights * 3 / 5);
    }

    [Fact]
    public void A_plan_shows_its_memory_in_the_units_of_the_limit_or_that_it_is_unknown()
    {
        var plan = Plan();
        Assert.Contains(FormattableString.Invariant($"Memory     about {plan.Memory.Total / Gibibyte:0.0} GiB of the machine's {plan.Memory.Available / Gibibyte:0.0} GiB: weights"), plan.Describe(), StringComparison.Ordinal);
        Assert.Contains("Memory     unknown without a model", Plan(("pretrained_model_name_or_path", training.At("none.safetensors"))).Describe(), StringComparison.Ordinal);
    }

    public void Dispose() => training.Dispose();

    // Large pictures of a small model: several gigabytes of activations.
    private TrainingPlan Plan(params (string Setting, object? Value)[] settings) =>
        LoraTrainer.Plan(new(training.Config([("resolution", "2048,2048"), ("enable_bucket", false), ("train_batch_size", 3), .. settings])));
}
