using KohyaPS.Core.Tests.Safetensors;
using KohyaPS.Networks;

namespace KohyaPS.Core.Tests.Networks;

public sealed class LoraNetworkCheckTests : IDisposable
{
    private const string Module = "lora_unet_mid_block_attentions_0_proj_in";
    private readonly ScratchFolder scratch = new();

    [Fact]
    public void A_sound_file_has_no_findings() => Assert.Empty(LoraNetworkCheck.Run(NetworkFiles.Write(scratch, NetworkFiles.Sound())));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_errors(float bad)
    {
        var tensors = NetworkFiles.Sound();
        tensors[$"{Module}.lora_up.weight"].Values[3] = bad;
        Expect("NotFinite", isWarning: false, tensors);
    }

    [Fact]
    public void A_module_with_one_matrix_is_an_error()
    {
        var tensors = NetworkFiles.Sound();
        tensors.Remove($"{Module}.lora_up.weight");
        Expect("MissingPair", isWarning: false, tensors);
    }

    [Fact]
    public void A_module_with_an_alpha_alone_is_an_error()
    {
        var tensors = NetworkFiles.Sound();
        tensors["lora_te_other.alpha"] = ([], [1]);
        Expect("MissingWeights", isWarning: false, tensors);
    }

    [Fact]
    public void Matrices_that_do_not_fit_are_an_error()
    {
        var tensors = NetworkFiles.Sound();
        tensors[$"{Module}.lora_up.weight"] = ([4, 1], [1, 2, 3, 4]);
        Expect("RankMismatch", isWarning: false, tensors);
    }

    [Fact]
    public void An_alpha_of_zero_is_a_warning()
    {
        var tensors = NetworkFiles.Sound();
        tensors[$"{Module}.alpha"] = ([], [0]);
        Expect("ZeroAlpha", isWarning: true, tensors);
    }

    [Fact]
    public void A_module_that_was_never_trained_is_a_warning()
    {
        var tensors = NetworkFiles.Sound();
        tensors[$"{Module}.lora_up.weight"] = ([4, 2], new float[8]);
        Expect("Untrained", isWarning: true, tensors);
    }

    [Fact]
    public void A_stated_hash_that_is_not_that_of_the_weights_is_a_warning()
    {
        var path = NetworkFiles.Write(scratch, NetworkFiles.Sound(), new() { ["sshs_model_hash"] = new string('0', 64) });
        Assert.Equal("HashMismatch", Assert.Single(LoraNetworkCheck.Run(path)).Id);
        var right = LoraNetworkReader.Read(path).ModelHash;
        Assert.Empty(LoraNetworkCheck.Run(NetworkFiles.Write(scratch, NetworkFiles.Sound(), new() { ["sshs_model_hash"] = right })));
    }

    [Fact]
    public void A_tensor_of_an_unknown_kind_is_a_warning()
    {
        var tensors = NetworkFiles.Sound();
        tensors["something.else"] = ([1], [1]);
        Expect("UnknownTensor", isWarning: true, tensors);
    }

    [Fact]
    public void A_model_is_no_network()
    {
        var finding = Expect("NotANetwork", isWarning: false, new() { ["model.diffusion_model.out.2.weight"] = ([1], [1]) });
        Assert.NotEmpty(finding.Remedy);
    }

    public void Dispose() => scratch.Dispose();

    private LoraFinding Expect(string id, bool isWarning, Dictionary<string, (long[] Shape, float[] Values)> tensors)
    {
        var finding = Assert.Single(LoraNetworkCheck.Run(NetworkFiles.Write(scratch, tensors)));
        Assert.Equal(id, finding.Id);
        Assert.Equal(isWarning, finding.IsWarning);
        return finding;
    }
}
