using System.Text.Json;
using KohyaPS.Core.Tests.Safetensors;
using KohyaPS.Networks;

namespace KohyaPS.Core.Tests.Networks;

public sealed class LoraNetworkReaderTests : IDisposable
{
    // Files of other people, which the checkout does not hold.
    private static readonly string? Headers = Environment.GetEnvironmentVariable("KOHYAPS_DATA") is { Length: > 0 } data
        ? Path.Combine(data, "lora-headers")
        : FindShared();

    private readonly ScratchFolder scratch = new();

    public static TheoryData<string> RealFiles => Headers is null ? [""] : [.. Expected().Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(RealFiles))]
    public void Real_files_of_many_trainers_are_recognised(string name)
    {
        Assert.SkipWhen(Headers is null, "the real LoRA headers are not here (KOHYAPS_DATA names their folder)");
        var expected = Expected().First(e => e.Name == name).Value;
        LoraNetwork network;
        try
        {
            network = LoraNetworkReader.Read(Path.Combine(Headers!, name));
        }
        catch (CheckpointFormatException error)
        {
            // The format demands text in the metadata; a file that breaks it may be refused, if the message says so.
            Assert.Contains("not text", error.Message, StringComparison.Ordinal);
            return;
        }
        Assert.Equal(Text(expected, "family") == "unknown" ? null : Text(expected, "family"), network.Family?.ToString().ToLowerInvariant());
        if (Text(expected, "algorithm") is { } algorithm)
            Assert.Equal(algorithm, network.Algorithm.ToString(), ignoreCase: true);
        if (expected.TryGetProperty("dim", out var dim) && dim.ValueKind == JsonValueKind.Number)
            Assert.Equal(dim.GetInt32(), network.Dim);
        if (expected.TryGetProperty("alpha", out var alpha))
            Assert.Equal(alpha.ValueKind == JsonValueKind.Number ? alpha.GetDouble() : null, network.Alpha);
        if (Text(expected, "network_module") is { } module)
            Assert.Equal(module, network.NetworkModule);
    }

    [Fact]
    public void Tells_what_a_file_holds_and_leaves_it_closed()
    {
        var tensors = NetworkFiles.Sound();
        tensors["lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight"] = ([2, 3], [1, 2, 3, 4, 5, 6]);
        tensors["lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight"] = ([1, 2], [1, 2]);
        var path = NetworkFiles.Write(scratch, tensors, new() { ["ss_network_module"] = "networks.lora" });
        var network = LoraNetworkReader.Read(path);
        File.Delete(path);
        Assert.Equal(ModelFamily.Sd1, network.Family);
        Assert.Equal(LoraAlgorithm.Lora, network.Algorithm);
        Assert.Equal(2, network.Dim);
        Assert.Equal(1, network.Alpha);
        Assert.Equal((1, 1), (network.UnetModules, network.TextEncoderModules));
        Assert.Equal("networks.lora", network.NetworkModule);
        Assert.Equal("F32", network.Dtype);
    }

    [Fact]
    public void A_model_is_refused()
    {
        var path = NetworkFiles.Write(scratch, new Dictionary<string, (long[], float[])> { ["conv_in.weight"] = ([1], [1]) });
        Assert.Contains("is no LoRA", Assert.Throws<CheckpointFormatException>(() => LoraNetworkReader.Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lora_unet_a_b.lora_down.weight", "lora_unet_a_b", "lora_down.weight")]
    [InlineData("lora_unet_a_b.alpha", "lora_unet_a_b", "alpha")]
    [InlineData("lora_unet_a_b.hada_w1_a", "lora_unet_a_b", "hada_w1_a")]
    [InlineData("unet.down_blocks.0.to_q.lora_A.weight", "unet.down_blocks.0.to_q", "lora_down.weight")]
    [InlineData("down_blocks.0.attn1.processor.to_q_lora.up.weight", "down_blocks.0.attn1.processor.to_q", "lora_up.weight")]
    public void Keys_of_all_trainers_come_apart_at_the_right_place(string key, string module, string role) =>
        Assert.Equal(new LoraKey(module, role), LoraKey.Parse(key));

    public void Dispose() => scratch.Dispose();

    private static string? Text(JsonElement expected, string name) =>
        expected.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<(string Name, JsonElement Value)> Expected()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Headers!, "expected.json")));
        return [.. document.RootElement.GetProperty("files").EnumerateArray().Select(f => (f.GetProperty("file").GetString()!, f.GetProperty("expected").Clone()))];
    }

    // ../shared/data beside the checkout.
    private static string? FindShared()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var found = Path.Combine(at.FullName, "shared", "data", "lora-headers");
            if (File.Exists(Path.Combine(found, "expected.json")))
                return found;
        }
        return null;
    }
}
