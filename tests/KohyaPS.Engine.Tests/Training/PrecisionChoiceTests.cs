using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training.Setup;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>What is computed in where, and that a continued training stays with what it began in.</summary>
public sealed class PrecisionChoiceTests
{
    private const double Slow = 10;
    private const double Fast = 100;
    private const double None = 0;

    [Theory]
    [InlineData(MixedPrecision.Auto, Fast, null, MixedPrecision.Bf16)]
    [InlineData(MixedPrecision.Auto, Slow, null, MixedPrecision.No)]
    [InlineData(MixedPrecision.Auto, None, null, MixedPrecision.No)]
    [InlineData(MixedPrecision.Auto, Slow, MixedPrecision.Bf16, MixedPrecision.Bf16)]     // measured on a busy machine
    [InlineData(MixedPrecision.Auto, Fast, MixedPrecision.No, MixedPrecision.No)]
    [InlineData(MixedPrecision.Bf16, Slow, null, MixedPrecision.Bf16)]
    [InlineData(MixedPrecision.No, Fast, MixedPrecision.Bf16, MixedPrecision.No)]         // asked for anew
    public void The_choice_is_the_fast_one_or_the_one_a_training_began_in(MixedPrecision asked, double bfloat16Speed, MixedPrecision? before, MixedPrecision expected)
    {
        var choice = PrecisionChoice.Make(new() { MixedPrecision = asked }, Machine(bfloat16Speed), obeysSlow: false, before);
        Assert.Equal(expected, choice.Precision);
        Assert.Null(choice.Warning);
    }

    [Theory]
    [InlineData(MixedPrecision.Auto, MixedPrecision.Bf16, "The state was trained in bf16")]
    [InlineData(MixedPrecision.Bf16, null, "computes bf16 many times slower")]
    [InlineData(MixedPrecision.Fp16, null, "computes fp16 many times slower")]
    public void Where_a_type_has_no_instructions_float32_takes_its_place_and_it_is_said(MixedPrecision asked, MixedPrecision? before, string said)
    {
        var choice = PrecisionChoice.Make(new() { MixedPrecision = asked }, Machine(None), obeysSlow: false, before);
        Assert.Equal(MixedPrecision.No, choice.Precision);
        Assert.Contains(said, choice.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_insists_gets_the_slow_type()
    {
        Assert.Equal(bfloat16, PrecisionChoice.Make(new() { MixedPrecision = MixedPrecision.Bf16 }, Machine(None), obeysSlow: true, null).ComputeType);
        Assert.Equal(float16, PrecisionChoice.Make(new() { MixedPrecision = MixedPrecision.Fp16 }, Machine(None), obeysSlow: true, null).ComputeType);
    }

    private static TorchRuntimeInfo Machine(double bfloat16Speed) => new()
    {
        Device = new(CPU, null),
        Threads = 1,
        Float32Products = new("a library", 1e-7),
        Speeds = new((Slow + Fast) / 2, (Slow + Fast) / 2, bfloat16Speed, bfloat16Speed),
    };
}
