using KohyaPS.Engine.Runtime;
using KohyaPS.Runtime;
using TorchSharp;

namespace KohyaPS.Engine.Tests.Runtime;

public sealed class ComputeDeviceTests
{
    [Fact]
    public void The_first_card_computes_where_the_cuda_natives_are_loaded()
    {
        var cuda = new FakeCuda { CardCount = 2 };
        var chosen = ComputeDevice.Choose(Natives(NativeBackend.Cuda), isDemanded: false, cuda);
        Assert.Equal((DeviceType.CUDA, 0, true, null), (chosen.Device.type, chosen.Device.index, chosen.IsCard, chosen.Notice));
        Assert.False(cuda.AllowTensorFloat32);
        Assert.True(cuda.AllowFlashAttention);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    public void Without_a_usable_card_the_processor_computes_and_says_so(bool isAvailable, int cards)
    {
        var chosen = ComputeDevice.Choose(Natives(NativeBackend.Cuda), isDemanded: false, new FakeCuda { IsAvailable = isAvailable, CardCount = cards });
        Assert.False(chosen.IsCard);
        Assert.Contains("the processor computes instead", chosen.Notice, StringComparison.Ordinal);
        Assert.Contains("CUDA_VISIBLE_DEVICES", chosen.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_that_was_asked_for_and_is_not_there_ends_the_training()
    {
        var failure = Assert.Throws<TrainingException>(() => ComputeDevice.Choose(Natives(NativeBackend.Cuda), isDemanded: true, new FakeCuda { IsAvailable = false }));
        Assert.Equal(TrainingExitCode.Environment, failure.ExitCode);
        Assert.Contains("KOHYAPS_BACKEND", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_natives_for_the_processor_never_ask_for_a_card() =>
        Assert.Equal(new ComputeDevice(torch.CPU, null), ComputeDevice.Choose(Natives(NativeBackend.Cpu), isDemanded: true, new FakeCuda()));

    private static NativeFolder Natives(NativeBackend backend) => new("natives", NativeFileSet.For("win-x64", backend), "a test");
}
