using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Optimizers;

/// <summary>The processor's own passes between moments and codes hold to the tensor operations that a card uses.</summary>
public class DynamicCodeTests
{
    private const int Row = ParameterGroup.Alignment;

    [Theory]
    [InlineData(true, 256)]
    [InlineData(false, 256)]
    [InlineData(true, 2048)]
    [InlineData(false, 2048)]
    public void Codes_of_whole_blocks_are_those_of_the_tensor_operations(bool isSigned, int blockSize)
    {
        using var scope = NewDisposeScope();
        var code = isSigned ? DynamicCode.Signed : DynamicCode.Unsigned;
        var numbers = Hard(code, isSigned);
        using var group = new ParameterGroup(new(0, "unet"), [("large", [numbers.Length]), ("small", [Row + 1])]);
        using var blocks = new BlockTable(group, ..2, blockSize);
        var moment = zeros_like(group.Values);
        moment.narrow(0, 0, numbers.Length).copy_(tensor(numbers));
        moment.narrow(0, group.Slices[1].Offset, 2).copy_(tensor([3e-39f, isSigned ? -1e-45f : 0]));
        var (codes, largest) = (zeros(group.Values.numel(), dtype: ScalarType.Byte), zeros(blocks.Blocks));

        CodePasses.Store(moment, codes, largest, blocks, code);
        var rows = moment.view(-1, Row);
        Assert.Equal(blocks.Largest(rows).data<float>().ToArray(), largest.data<float>().ToArray());
        Assert.Equal(code.Quantise(rows, blocks.ToRows(largest), code.LimitsOn(CPU, keepsSigns: true)).data<byte>().ToArray(), codes.data<byte>().ToArray());

        var read = code.MapOn(CPU).index_select(0, codes.to(ScalarType.Int32)).view(-1, Row).mul(blocks.ToRows(largest)).flatten();
        Assert.Equal(read.data<float>().ToArray(), CodePasses.Load(codes, largest, blocks, code).data<float>().ToArray());
    }

    // Each limit between two codes with both its neighbours, both zeros, blocks of zeros, and numbers without an end.
    private static float[] Hard(DynamicCode code, bool isSigned)
    {
        var sign = isSigned ? -1f : 1f;
        var numbers = new List<float> { 1, 0, sign * 0, float.Epsilon, sign * float.Epsilon, sign * 1 };
        foreach (var limit in code.LimitsOn(CPU).data<float>().ToArray().Concat(code.Map.ToArray()))
            numbers.AddRange([limit, MathF.BitDecrement(limit), MathF.BitIncrement(limit)]);
        // A 1 in every block, so that numbers are what is looked up.
        List<float> hard = [.. numbers.Where(n => isSigned ? n >= -1 : n >= 0).Chunk(Row - 1).SelectMany(part => part.Append(1))];
        while (hard.Count % 2048 != 0)
            hard.Add(hard.Count % 3 == 0 ? 0 : sign * 0);
        hard.AddRange(Enumerable.Range(0, 2048).Select(i => i % 2 == 0 ? 0 : sign * 0));
        hard.AddRange(Enumerable.Range(0, 2048).Select(i => i == 7 ? float.PositiveInfinity : i / 2048f));
        hard.AddRange(Enumerable.Range(0, 2048).Select(i => sign * MathF.Pow(0.99f, i)));
        return [.. hard];
    }
}
