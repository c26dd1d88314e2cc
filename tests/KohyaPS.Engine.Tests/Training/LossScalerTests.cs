using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Training.States;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Training;

public sealed class LossScalerTests
{
    [Fact]
    public void An_overflow_halves_the_factor_and_leaves_the_update_out()
    {
        var scaler = new LossScaler();
        Assert.False(scaler.Accept([Group(float.PositiveInfinity)]));
        Assert.Equal(new LossScale(32768, 0), scaler.State);
        Assert.True(scaler.Accept([Group(1)]));
        Assert.Equal(new LossScale(32768, 1), scaler.State);
    }

    [Fact]
    public void Two_thousand_good_updates_double_the_factor()
    {
        var scaler = new LossScaler { State = new(65536, 1999) };
        Assert.True(scaler.Accept([Group(1)]));
        Assert.Equal(new LossScale(131072, 0), scaler.State);
    }

    [Fact]
    public void Half_parameters_are_changed_in_float32_and_rounded_once()
    {
        using var group = new ParameterGroup(new(1, "unet"), [("a", [4L])], ScalarType.Float16);
        using (no_grad())
            group.Parameters[0].fill_(1);
        group.Collect(1);
        Assert.Equal(ScalarType.Float32, group.Values.dtype);
        // Below half a step of float16 at 1 (2^-11): lost when stored, kept until then.
        using (no_grad())
            group.Values.sub_(1e-5f);
        Assert.Equal(1 - 1e-5f, group.Values[0].item<float>());
        group.Store();
        Assert.Equal(1f, group.Parameters[0].to(ScalarType.Float32)[0].item<float>());
    }

    private static ParameterGroup Group(float gradient)
    {
        var group = new ParameterGroup(new(1, "unet"), [("a", [4L])]);
        group.Gradients.fill_(gradient);
        return group;
    }
}
