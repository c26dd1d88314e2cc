using System.Runtime.InteropServices;
using System.Text.Json;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>From recorded tensors to TorchSharp's, and comparisons of results with recorded values.</summary>
internal static class TensorChecks
{
    /// <summary>The recorded input as a tensor in its own type (int64 or float32), in the current dispose scope.</summary>
    public static Tensor Input(this ModelCase recorded, string name) => recorded.Read(recorded.Inputs.GetProperty(name));

    /// <summary>The recorded random draw.</summary>
    public static Tensor Draw(this ModelCase recorded, string name) => recorded.Read(recorded.Root.GetProperty("draws").GetProperty(name));

    /// <summary>A reference {"tensor": key} as a tensor.</summary>
    public static Tensor Read(this ModelCase recorded, JsonElement reference)
    {
        var entry = recorded.Tensors[reference.GetProperty("tensor").GetString()!];
        long[] shape = [.. entry.Shape];
        if (entry.Dtype == SafetensorsDtype.I64)
            return tensor(MemoryMarshal.Cast<byte, long>(recorded.Tensors.Bytes(entry)).ToArray()).view(shape);
        if (entry.Dtype == SafetensorsDtype.F64)
            return tensor(MemoryMarshal.Cast<byte, double>(recorded.Tensors.Bytes(entry)).ToArray()).view(shape);
        return tensor(recorded.Tensors.ReadFloats(entry.Name)).view(shape);
    }

    /// <summary>Compares with an expected value under its rtol and atol; false where the case does not expect that name.</summary>
    public static bool CompareIfExpected(this ModelCase recorded, GoldenCheck check, string name, Tensor got)
    {
        if (!recorded.Expected.TryGetProperty(name, out var expectation))
            return false;
        recorded.Compare(check, name, expectation, got);
        return true;
    }

    /// <summary>Compares with an expected value that must be there.</summary>
    public static void Compare(this ModelCase recorded, GoldenCheck check, string name, Tensor got) =>
        recorded.Compare(check, name, recorded.Expected.GetProperty(name), got);

    private static void Compare(this ModelCase recorded, GoldenCheck check, string name, JsonElement expectation, Tensor got)
    {
        using var scope = NewDisposeScope();
        var want = recorded.Read(expectation);
        check.EqualList($"{name} shape", want.shape, got.shape);
        check.Close(name, Doubles(want), Doubles(got), expectation.GetProperty("rtol").GetDouble(), expectation.GetProperty("atol").GetDouble());
    }

    /// <summary>A half-type result may have twice the rms error and three times the largest error of the peer, both against the fp32 value.</summary>
    public static void CompareHalf(this ModelCase recorded, GoldenCheck check, string name, string fp32Name, Tensor got)
    {
        using var scope = NewDisposeScope();
        var limits = recorded.Expected.GetProperty(name);
        var difference = got.to(float64) - recorded.Read(recorded.Expected.GetProperty(fp32Name)).to(float64);
        check.AtMost($"{name} rms", 2 * limits.GetProperty("rms_error").GetDouble(), difference.square().mean().sqrt().item<double>());
        check.AtMost($"{name} max", 3 * limits.GetProperty("max_error").GetDouble(), difference.abs().max().item<double>());
        var distance = got.to(float64) - recorded.Read(limits).to(float64);
        check.AtMost($"{name} against the peer", limits.GetProperty("atol").GetDouble(), distance.abs().max().item<double>());
    }

    /// <summary>The values of a tensor of any type and layout.</summary>
    public static double[] Doubles(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.detach().to(float64).contiguous().data<double>().ToArray();
    }
}
