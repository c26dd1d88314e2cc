using KohyaPS.Engine.Tests.Runtime;
using KohyaPS.Engine.Training;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>What is asked of a card, asked of the processor: all of it must hold there too.</summary>
public sealed class CardProbeTests
{
    [Fact]
    public void The_processor_in_the_place_of_a_card_passes_every_check()
    {
        var cuda = new FakeCuda();
        var checks = new CardProbe(CPU, cuda) { ProductSize = 64, CopyBytes = 1 << 20 }.Run().ToList();
        Assert.Equal(["GPU float32", "GPU attention", "GPU copies", "GPU memory"], checks.Select(c => c.Name));
        Assert.All(checks, check => Assert.True(check.Status == EnvironmentStatus.Ok, $"{check.Name}: {check.Value}"));
        Assert.False(cuda.AllowTensorFloat32);
        Assert.True(cuda.Waits > 0);
    }

    [Fact]
    public void A_card_that_cannot_compute_is_a_finding_and_no_exception()
    {
        // The device "meta" knows shapes and no values.
        var checks = new CardProbe(new Device(TorchSharp.DeviceType.META), new FakeCuda()) { ProductSize = 64, CopyBytes = 1 << 20 }.Run().ToList();
        Assert.Contains(checks, check => check.Status == EnvironmentStatus.Failed && check.Cure.Contains("driver", StringComparison.Ordinal));
    }
}
