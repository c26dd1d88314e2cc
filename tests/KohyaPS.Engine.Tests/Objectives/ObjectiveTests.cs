using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Training.Objectives;
using TorchSharp;

namespace KohyaPS.Engine.Tests.Objectives;

public sealed class ObjectiveTests
{
    [Theory]
    [InlineData(0.5f, 1.0f)]     // below gamma: untouched
    [InlineData(50f, 0.1f)]      // above: gamma / snr = 5 / 50
    public void Epsilon_weights_cap_at_gamma_over_snr(float snr, float expected)
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(expected, new MinSnrWeighting(5, PredictionType.Epsilon).Weights(torch.tensor([snr])).ToSingle(), 1e-6f);
    }

    // 2 c (sqrt(d^2 + c^2) - c) with c = 0.1 at d = 1: 0.2 (sqrt(1.01) - 0.1); without the factor c for smooth L1.
    [Theory]
    [InlineData(LossType.L2, 1.0)]
    [InlineData(LossType.L1, 1.0)]
    [InlineData(LossType.Huber, 0.1809975)]
    [InlineData(LossType.SmoothL1, 1.8099751)]
    public void The_loss_type_decides_the_loss_of_a_value(LossType type, double expected)
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule();
        var settings = new ObjectiveSettings { LossType = type, HuberSchedule = HuberSchedule.Constant };
        var objective = ObjectiveComposition.Objective(settings, PredictionType.Epsilon, schedule);
        var loss = objective.Loss(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1), torch.tensor([500L]), torch.ones(1));
        Assert.Equal(expected, loss.ToDouble(), 1e-6);
    }

    // Worked example: 0.20 times the min-SNR weight 0.59144 of t = 100, and 0.10 times a prior loss weight of 0.5 at t = 500.
    [Fact]
    public void Weights_multiply_before_the_batch_is_averaged()
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule();
        var objective = ObjectiveComposition.Objective(new() { MinSnrGamma = 5 }, PredictionType.Epsilon, schedule);
        var predicted = torch.cat([torch.full([1, 4, 2, 2], MathF.Sqrt(0.2f)), torch.full([1, 4, 2, 2], MathF.Sqrt(0.1f))]);
        var loss = objective.Loss(predicted, torch.zeros(2, 4, 2, 2), torch.tensor([100L, 500L]), torch.tensor([1f, 0.5f]));
        Assert.Equal(0.084144, loss.ToDouble(), 2e-6);
    }

    // Of a loss of 1 at t = 500, where the ratio of signal to noise is S: min(S, 5) / (S + 1), and min(S, 5) / S of the old program.
    [Theory]
    [InlineData(Compatibility.None)]
    [InlineData(Compatibility.Kohya2188)]
    public void The_old_program_weighs_v_prediction_as_epsilon(Compatibility compatibility)
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule();
        var objective = ObjectiveComposition.Objective(new() { MinSnrGamma = 5 }, PredictionType.Velocity, schedule, compatibility);
        var loss = objective.Loss(torch.ones(1, 4, 2, 2), torch.zeros(1, 4, 2, 2), torch.tensor([500L]), torch.ones(1));
        const double ratio = 0.38185;
        Assert.Equal(compatibility == Compatibility.Kohya2188 ? 1 : ratio / (ratio + 1), loss.ToDouble(), 1e-4);
    }

    [Fact]
    public void A_mask_leaves_out_without_raising_the_rest()
    {
        using var scope = torch.NewDisposeScope();
        using var schedule = new NoiseSchedule();
        var objective = ObjectiveComposition.Objective(new(), PredictionType.Epsilon, schedule);
        var half = torch.cat([torch.ones(1, 16, 8), torch.zeros(1, 16, 8)], 2);       // left half counts
        var loss = objective.Loss(torch.ones(1, 4, 2, 2), torch.zeros(1, 4, 2, 2), torch.tensor([500L]), torch.ones(1), half);
        Assert.Equal(0.5, loss.ToDouble(), 1e-6);
    }

    [Fact]
    public void The_signal_to_noise_ratio_of_the_weights_ignores_the_zero_terminal_one()
    {
        using var scope = torch.NewDisposeScope();
        using var plain = new NoiseSchedule();
        using var rescaled = new NoiseSchedule(zeroTerminalSnr: true);
        Assert.True(plain.SnrTable.Equals(rescaled.SnrTable));
        Assert.Equal(0, rescaled.AlphasCumprodValues[^1]);
    }

    [Fact]
    public void The_average_of_a_later_epoch_replaces_place_by_place()
    {
        var average = new LossAverage();
        average.Add(0, 0.4);
        average.Add(1, 0.2);
        average.Add(0, 0.1);
        Assert.Equal(0.15, average.Value, 12);
        Assert.Equal(average.Value, new LossAverage(average.Latest).Value, 12);
    }
}
