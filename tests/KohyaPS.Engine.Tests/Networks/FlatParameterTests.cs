using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Setup;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Networks;

public sealed class FlatParameterTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly FakeLayer first = new("text_model.encoder.layers.0.mlp.fc1", 6, 5);
    private readonly FakeLayer second = new("text_model.encoder.layers.0.mlp.fc2", 5, 6);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Gradients_of_all_adapters_gather_in_one_buffer_and_accumulate()
    {
        using var network = Attach(out _);
        var x = randn(3, 5);
        first.Run(x).sum().backward();
        var once = network.Groups[0].Gradients.clone();
        first.Run(x).sum().backward();

        Assert.True(once.abs().sum().ToSingle() > 0);
        Assert.True(network.Groups[0].Gradients.allclose(once * 2));
    }

    [Fact]
    public void A_parameter_outside_the_graph_is_left_alone_by_a_step_with_its_state()
    {
        using var network = Attach(out _);
        using var optimizer = OptimizerChoice.Create(new() { Optimizer = new() { OptimizerType = OptimizerType.AdamW, OptimizerArgs = ["weight_decay=0.5"] } }, network.Groups);
        first.Run(randn(3, 5)).sum().backward();
        var before = network.Export().ToDictionary(t => t.Name, t => t.Value.clone());
        optimizer.Step();
        var after = network.Export().ToDictionary(t => t.Name, t => t.Value);

        Assert.True(after["lora_te_text_model_encoder_layers_0_mlp_fc2.lora_down.weight"].Equals(before["lora_te_text_model_encoder_layers_0_mlp_fc2.lora_down.weight"]));
        Assert.False(after["lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight"].Equals(before["lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight"]));
        Assert.Equal([1, 0, 1, 0], Sorted(network, optimizer));
    }

    [Fact]
    public void First_values_follow_from_the_seed_and_the_name_alone()
    {
        using var one = Attach(out var name, seed: 7);
        var values = one.Export().Single(t => t.Name == name).Value.clone();
        using var other = AttachedNetwork.Attach(Plan(first), new(), seed: 7);
        Assert.True(other.Export().Single(t => t.Name == name).Value.Equals(values));
        Assert.True(values.abs().max().ToSingle() <= 1 / Math.Sqrt(5));
    }

    private static IEnumerable<long> Sorted(AttachedNetwork network, FlatOptimizer optimizer)
    {
        var steps = optimizer.Groups[0].Steps.ToArray();
        return network.Groups[0].Slices.Select((s, i) => (s.Name, steps[i])).OrderBy(s => s.Name.Contains("down", StringComparison.Ordinal)).ThenBy(s => s.Name, StringComparer.Ordinal).Select(s => s.Item2);
    }

    private AttachedNetwork Attach(out string name, long seed = 1)
    {
        name = "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight";
        return AttachedNetwork.Attach(Plan(first, second), new(), seed);
    }

    private static NetworkPlan Plan(params FakeLayer[] layers) =>
        NetworkPlan.Create(new() { NetworkDim = 2 }, new(), layers.Select(l => TargetLayer.Of(NetworkPart.TextEncoder, l)));

    private sealed class FakeLayer(string path, long outputs, long inputs) : IAdaptableLayer
    {
        public string Path => path;

        public Tensor Weight { get; } = randn(outputs, inputs).DetachFromDisposeScope();

        public IAdapter? Adapter { get; set; }

        public Tensor Run(Tensor x) => Adapter!.Apply(x, nn.functional.linear(x, Weight));

        public void Dispose() => Weight.Dispose();
    }
}
