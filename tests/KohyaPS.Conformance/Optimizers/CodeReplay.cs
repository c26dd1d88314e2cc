using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>The codes of 8-bit states: the maps, numbers and whole blocks to codes, and codes back to numbers.</summary>
internal static class CodeReplay
{
    public static void Run(OptimizerCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        if (recorded.Expected.TryGetProperty("signed", out var signed))
        {
            recorded.Tensors!.Compare(check, "signed map", signed, DynamicCode.Signed.MapOn(CPU));
            recorded.Tensors.Compare(check, "unsigned map", recorded.Expected.GetProperty("unsigned"), DynamicCode.Unsigned.MapOn(CPU));
            return;
        }
        var code = recorded.Settings.GetProperty("map").GetString() == "signed" ? DynamicCode.Signed : DynamicCode.Unsigned;
        var x = recorded.Tensors![recorded.Inputs.GetProperty("x")];
        if (recorded.Settings.TryGetProperty("block_size", out var blockSize))
            CompareBlocks(recorded, code, x, blockSize.GetInt32(), check);
        else
            CompareCodes(recorded, "code", DynamicCode.Nearest(x, code.LimitsOn(CPU)), check);
    }

    private static void CompareBlocks(OptimizerCase recorded, DynamicCode code, Tensor x, int blockSize, GoldenCheck check)
    {
        using var group = new ParameterGroup(new(0, "unet"), [("x", x.shape)]);
        using var blocks = new BlockTable(group, ..1, blockSize);
        var (codes, largest) = (zeros(group.Values.numel(), dtype: ScalarType.Byte), zeros(blocks.Blocks));
        using var moment = new EightBitMoment(codes, largest, blocks, code);
        var values = zeros_like(group.Values);
        values.narrow(0, 0, x.numel()).copy_(x.flatten());
        moment.Store(values);
        recorded.Tensors!.Compare(check, "absmax", recorded.Expected.GetProperty("absmax"), largest);
        if (recorded.Expected.TryGetProperty("code", out _))
            CompareCodes(recorded, "code", codes.narrow(0, 0, x.numel()).view(x.shape), check);
        var dequantised = recorded.Expected.GetProperty("dequantised");
        if (dequantised.TryGetProperty("given", out var given))
            codes.narrow(0, 0, x.numel()).copy_(recorded.Tensors[given].flatten());
        recorded.Tensors.Compare(check, "dequantised", dequantised, moment.Load().narrow(0, 0, x.numel()).view(x.shape));
    }

    private static void CompareCodes(OptimizerCase recorded, string name, Tensor got, GoldenCheck check)
    {
        var want = recorded.Expected.GetProperty(name);
        var off = recorded.Tensors![want].to(int32).reshape(-1).ne(got.to(int32).reshape(-1)).sum().ToDouble();
        check.AtMost("codes off", want.GetProperty("max_codes_off").GetInt32(), off);
    }
}
