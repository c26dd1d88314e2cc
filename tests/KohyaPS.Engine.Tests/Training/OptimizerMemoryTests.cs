using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Planning;
using KohyaPS.Engine.Training.Setup;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>What is forecast for an optimizer is what it keeps.</summary>
public class OptimizerMemoryTests
{
    // Rank 8 on a linear layer and on a convolution, and something small.
    private static readonly long[][] shapes = [[8, 640], [640, 8], [8, 320, 3, 3], [320, 8, 1, 1], [4, 64]];

    public static TheoryData<OptimizerType, string?> Optimizers =>
    [
        .. Enum.GetValues<OptimizerType>().Select(type => (type, (string?)null)),
        (OptimizerType.AdamW, "amsgrad=True"), (OptimizerType.SGD, "momentum=0.9"), (OptimizerType.RMSprop, "centered=True"), (OptimizerType.Prodigy, "slice_p=11"), (OptimizerType.AdamW8bit, "min_8bit_size=100"),
    ];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void The_state_is_as_large_as_forecast(OptimizerType type, string? argument)
    {
        using var scope = NewDisposeScope();
        var config = new LoraConfig { Optimizer = new() { OptimizerType = type, OptimizerArgs = argument is null ? null : [argument] } };
        using var group = new ParameterGroup(new(1e-3, "unet"), [.. shapes.Select((shape, i) => ($"p{i}", (IReadOnlyList<long>)shape))]);
        using var optimizer = OptimizerChoice.Create(config, [group]);
        var kept = optimizer.SaveState().Where(s => s.Value.numel() > shapes.Length).Sum(s => s.Value.numel() * s.Value.element_size());
        // Padding, and one number for each parameter.
        Assert.InRange(OptimizerMemory.StateBytes(config, shapes), kept * 0.93 - 4096, kept * 1.02 + 1024);
    }
}
