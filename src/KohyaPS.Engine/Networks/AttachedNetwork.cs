using KohyaPS.Engine.Networks.DyLora;
using KohyaPS.Engine.Networks.Lora;
using KohyaPS.Engine.Networks.Oft;
using KohyaPS.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>
/// A network that lives: adapters attached to the layers of loaded models, with their parameters in one flat buffer for each parameter
/// group.
/// </summary>
internal sealed class AttachedNetwork : IDisposable
{
    private readonly SeededNetworkDraws? seeded;
    private readonly AdapterMode mode;
    private readonly List<Tensor> untrained = [];

    private AttachedNetwork(NetworkPlan plan, NetworkSettings settings, long seed, INetworkDraws? draws, ScalarType dtype, Device? device)
    {
        Plan = plan;
        seeded = draws is null ? new SeededNetworkDraws(seed) : null;
        mode = new(draws ?? seeded!)
        {
            ValueDropout = settings.NetworkDropout ?? 0,
            RankDropout = settings.RankDropout ?? 0,
            ModuleDropout = settings.ModuleDropout ?? 0,
        };
        Adapters = [.. plan.Adapters.Select(adapter => Make(adapter, settings, mode))];
        Groups = [.. plan.Groups.Select((group, i) => new ParameterGroup(
            group, [.. All.Where(p => p.GroupIndex == i).Select(p => (p.Name, p.Shape))], dtype, device))];
        Bind(seed, dtype, device);
    }

    /// <summary>What was planned.</summary>
    public NetworkPlan Plan { get; }

    /// <summary>The adapters, text encoders first.</summary>
    public IReadOnlyList<NetworkAdapter> Adapters { get; }

    /// <summary>The parameter groups in the optimizer's order.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>True in training: only then dropouts act. False while samples are drawn.</summary>
    public bool IsTraining
    {
        get => mode.IsTraining;
        set => mode.IsTraining = value;
    }

    /// <summary>Strength of the network; 1 in training.</summary>
    public double Multiplier
    {
        get => mode.Multiplier;
        set => mode.Multiplier = value;
    }

    private IEnumerable<AdapterParameter> All => Adapters.SelectMany(a => a.Parameters);

    /// <summary>Makes a network and attaches it to the layers of its plan.</summary>
    /// <param name="plan">What to attach where.</param>
    /// <param name="settings">Kind of network and dropouts.</param>
    /// <param name="seed">The training's seed: first values and dropouts follow from it.</param>
    /// <param name="dtype">Number type of parameters: float32, or bfloat16 where the user asks for full bf16.</param>
    /// <param name="device">Where the models are; null is the CPU.</param>
    /// <param name="draws">Random numbers of dropouts; null draws them from the seed.</param>
    public static AttachedNetwork Attach(
        NetworkPlan plan, NetworkSettings settings, long seed, ScalarType dtype = ScalarType.Float32, Device? device = null, INetworkDraws? draws = null)
    {
        var network = new AttachedNetwork(plan, settings, seed, draws, dtype, device);
        foreach (var adapter in network.Adapters)
            if (adapter.Plan.Target.Layer is { } layer)
                layer.Adapter = adapter;
        return network;
    }

    /// <summary>Tells dropouts which micro-step runs, counted from the start of the training.</summary>
    public void BeginMicroStep(long microStep)
    {
        if (seeded is not null)
            seeded.MicroStep = microStep;
    }

    /// <summary>What something gives without the network; nothing is recorded for a backward pass.</summary>
    public T Without<T>(Func<T> pass)
    {
        using var grad = no_grad();
        var strength = Multiplier;
        Multiplier = 0;
        try
        {
            return pass();
        }
        finally
        {
            Multiplier = strength;
        }
    }

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var group in Groups)
            group.ZeroGradients();
    }

    /// <summary>The tensors of a network file in their type of training, alphas included. The caller owns them.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Export()
    {
        using var guard = no_grad();
        var tensors = new List<(string, Tensor)>();
        foreach (var adapter in Adapters)
        {
            tensors.AddRange(adapter.Export().Select(t => (t.Name, t.Value.detach())));
            tensors.Add(($"{adapter.Name}.alpha", adapter.AlphaIsWhole ? tensor((long)adapter.Alpha) : tensor((float)adapter.Alpha)));
        }
        return tensors;
    }

    /// <summary>
    /// Takes values from a network file. Tensors that this network has no place for are returned, and so are parameters that the file does
    /// not bring, which keep their values. A file's alpha is taken over with the scale that follows from it.
    /// </summary>
    /// <param name="tensors">Tensors of the file by name.</param>
    /// <exception cref="TrainingException">A tensor has other dimensions than the parameter of its name.</exception>
    public NetworkLoadReport Load(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var missing = new List<string>();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var parameter in All)
        {
            if (!tensors.TryGetValue(parameter.Name, out var value))
            {
                missing.Add(parameter.Name);
                continue;
            }
            Copy(parameter, value);
            used.Add(parameter.Name);
        }
        foreach (var adapter in Adapters)
        {
            var name = $"{adapter.Name}.alpha";
            if (!tensors.TryGetValue(name, out var alpha))
                continue;
            var number = alpha.to(ScalarType.Float64).sum().ToDouble();
            adapter.Alpha = number == 0 ? adapter.Plan.Rank : number;
            adapter.AlphaIsWhole = !alpha.is_floating_point();
            used.Add(name);
        }
        return new([.. tensors.Keys.Where(name => !used.Contains(name)).Order(StringComparer.Ordinal)], missing);
    }

    /// <summary>Takes the adapters off their layers and frees them.</summary>
    public void Dispose()
    {
        foreach (var adapter in Adapters)
            if (adapter.Plan.Target.Layer is { } layer && ReferenceEquals(layer.Adapter, adapter))
                layer.Adapter = null;
        foreach (var group in Groups)
            group.Dispose();
        foreach (var tensor in untrained)
            tensor.Dispose();
    }

    private static NetworkAdapter Make(AdapterPlan plan, NetworkSettings settings, AdapterMode mode) => settings.NetworkModule switch
    {
        NetworkModule.Lora => new LoraAdapter(plan, mode),
        NetworkModule.LoraFa => new LoraAdapter(plan, mode, fixedDown: true),
        NetworkModule.Dylora => new DyLoraAdapter(plan, mode, settings.Unit ?? 1),
        NetworkModule.Oft => new OftAdapter(plan, mode),
        var other => throw new TrainingException(TrainingExitCode.Invalid, $"Networks of kind {other} cannot be trained by this version. Set NetworkModule to Lora, LoraFa, Dylora or Oft."),
    };

    private void Bind(long seed, ScalarType dtype, Device? device)
    {
        var places = Groups.SelectMany(group => group.Slices.Select((slice, index) => (slice.Name, group, index))).ToDictionary(p => p.Name);
        foreach (var parameter in All)
        {
            if (places.TryGetValue(parameter.Name, out var place))
            {
                parameter.Bind(place.group.Parameters[place.index], place.group, place.index, seed);
                continue;
            }
            var memory = zeros([.. parameter.Shape], dtype: dtype, device: device).DetachFromDisposeScope();
            untrained.Add(memory);
            parameter.Bind(memory, null, 0, seed);
        }
    }

    // A file may hold a matrix of a 1x1 convolution for a linear layer, or the other way round: the numbers are the same.
    private static void Copy(AdapterParameter parameter, Tensor value)
    {
        long[] want = [.. parameter.Shape];
        long[] got = value.shape;
        if (!Trimmed(want).SequenceEqual(Trimmed(got)))
            throw new TrainingException(TrainingExitCode.Invalid,
                $"The file's '{parameter.Name}' is [{string.Join(", ", got)}], but this network needs [{string.Join(", ", want)}]. Set NetworkDim and ConvDim as in the file, or DimFromWeights to take its ranks.");
        parameter.Value.copy_(value.view(want));
    }

    private static IEnumerable<long> Trimmed(long[] shape) => shape.Length == 4 && shape[2] == 1 && shape[3] == 1 ? shape.Take(2) : shape;
}
