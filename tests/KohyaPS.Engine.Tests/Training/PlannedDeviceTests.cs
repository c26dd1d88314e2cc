using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training.Planning;
using KohyaPS.Runtime;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>What a plan takes a machine to compute on.</summary>
public class PlannedDeviceTests
{
    private const long Memory = 12L << 30;

    [Theory]
    [InlineData("8.9", 2)]
    [InlineData("7.5", 4)]
    public void A_card_counts_with_its_libraries_and_by_its_generation(string capability, int bytesOfAuto)
    {
        NvidiaCard[] cards = [new("a card", new(580, 65), Version.Parse(capability), Memory)];
        var device = PlannedDevice.Of(NativeBackend.Cuda, cards);
        Assert.True(device.IsCard);
        Assert.Equal(Memory, device.MemoryBytes);
        Assert.Equal(bytesOfAuto, device.BytesOfValue(MixedPrecision.Auto));
        Assert.Equal(2, device.BytesOfValue(MixedPrecision.Fp16));
        Assert.Equal(4, device.BytesOfValue(MixedPrecision.No));
        Assert.Equal(PlannedDevice.Processor, PlannedDevice.Of(NativeBackend.Cpu, cards));
        Assert.Equal(PlannedDevice.Processor, PlannedDevice.Of(NativeBackend.Cuda, null));
    }

    // What is told without loading libtorch holds when libtorch measures.
    [Fact]
    public void Instructions_that_a_processor_is_said_to_have_are_found_by_measuring()
    {
        Assert.True(!PlannedDevice.Processor.HasBfloat16 || TorchRuntime.Info!.Speeds.HasBfloat16);
        Assert.Equal(4, PlannedDevice.Processor.BytesOfValue(MixedPrecision.Fp16));
    }
}
