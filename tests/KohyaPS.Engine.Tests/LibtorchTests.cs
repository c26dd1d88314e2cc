using TorchSharp;

namespace KohyaPS.Engine.Tests;

public sealed class LibtorchTests
{
    // The familiar first value of seed 0 in PyTorch.
    [Fact]
    public void Draws_the_same_numbers_as_PyTorch()
    {
        torch.manual_seed(0);
        using var drawn = torch.randn(3);
        Assert.Equal(1.5410f, drawn[0].ToSingle(), 0.0001f);
    }
}
