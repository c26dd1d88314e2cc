using System.Globalization;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Approximates the modules of a network by ones of lower rank.</summary>
public static class LoraResize
{
    /// <summary>Resizes and writes.</summary>
    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    /// <exception cref="CheckpointFormatException">It is no LoRA that can be resized.</exception>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    public static ResizedNetwork Run(ResizeRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NativeLibraries.Run(() => RunLoaded(request, cancellation));
    }

    private static ResizedNetwork RunLoaded(ResizeRequest request, CancellationToken cancellation)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var store = TensorFileStore.Open(request.Network);
        var destination = Path.GetFullPath(request.Destination);
        SourceFiles.Refuse(destination, [store.Path]);
        var pairs = MatrixPair.In(store);
        if (pairs.Count == 0)
            throw new CheckpointFormatException($"'{store.Path}' has no pair of low-rank matrices, so that there is nothing to resize. Give a LoRA or LoCon file.");
        if (store.Names.FirstOrDefault(n => n.EndsWith(".lora_mid.weight", StringComparison.Ordinal) || n.EndsWith(".dora_scale", StringComparison.Ordinal)) is { } other)
            throw new CheckpointFormatException($"'{store.Path}' holds '{other}': modules with a middle kernel or a DoRA scale cannot be resized. Give a plain LoRA or LoCon file.");
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var modules = new List<ResizedModule>();
        foreach (var pair in pairs)
        {
            cancellation.ThrowIfCancellationRequested();
            modules.Add(Resize(store, pair, request, tensors));
            request.Progress?.Invoke(modules.Count, pairs.Count);
        }
        // What belongs to no pair is kept.
        foreach (var name in store.Names.Where(n => !tensors.ContainsKey(n)))
            tensors[name] = store[name].Dtype is var dtype && Safetensors.SafetensorsDtypes.IsFloatingPoint(dtype) ? store.Read(name) : store.Read(name).clone();
        var metadata = NetworkWriter.Write(destination, [.. tensors.Select(t => (t.Key, t.Value))], Metadata(store, request, pairs, modules), request.Precision);
        return new() { Path = destination, Source = store.Path, Modules = modules, Metadata = metadata };
    }

    private static ResizedModule Resize(TensorFileStore store, MatrixPair pair, ResizeRequest request, Dictionary<string, Tensor> tensors)
    {
        pair.RequireFit(store);
        using var scope = NewDisposeScope();
        Tensor down = store.Read(pair.Down), up = store.Read(pair.Up);
        var isConvolution = down.dim() == 4;
        if (!down.isfinite().all().item<bool>() || !up.isfinite().all().item<bool>())
            throw new CheckpointFormatException($"The module '{pair.Module}' of '{store.Path}' has numbers that are NaN or infinite: its training diverged. Use an earlier save of it.");
        using var decomposition = LowRank.OfProduct(up.flatten(1), down.flatten(1));
        var spectrum = decomposition.Spectrum();
        var most = isConvolution ? request.ConvRank ?? request.Rank : request.Rank;
        var rank = new RankRule(request.Method, request.Parameter).Choose(spectrum, most);
        var scale = store.Contains(pair.Alpha) ? store.File.ReadFloats(pair.Alpha)[0] / down.size(0) : 1.0;
        var (newUp, newDown) = decomposition.Factors(rank);
        tensors[pair.Down] = newDown.view([rank, .. down.shape[1..]]).to(ScalarType.Float32).MoveToOuterDisposeScope();
        tensors[pair.Up] = newUp.view([up.size(0), rank, .. up.shape[2..]]).to(ScalarType.Float32).MoveToOuterDisposeScope();
        tensors[pair.Alpha] = tensor((float)(scale * rank)).MoveToOuterDisposeScope();
        var kept = spectrum.narrow(0, 0, rank);
        return new(
            pair.Module, (int)rank, scale * rank,
            (kept.sum() / spectrum.sum()).item<float>(),
            (kept.square().sum().sqrt() / spectrum.square().sum().sqrt()).item<float>(),
            (spectrum[0] / spectrum[rank - 1]).item<float>());
    }

    private static Dictionary<string, string> Metadata(TensorFileStore store, ResizeRequest request, IReadOnlyList<MatrixPair> pairs, List<ResizedModule> modules)
    {
        var metadata = new Dictionary<string, string>(store.File.Metadata);
        var before = pairs.Max(p => store.Shape(p.Down)[0]);
        var comment = metadata.GetValueOrDefault("ss_training_comment", "");
        var convRank = request.ConvRank ?? request.Rank;
        var rule = new RankRule(request.Method, request.Parameter);
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        metadata["ss_training_comment"] = request.Method == RankMethod.Fixed
            ? Text($"dimension is resized from {before} to {request.Rank}{(convRank == request.Rank ? "" : Text($" (conv: {convRank})"))}; {comment}")
            : Text($"Dynamic resize with {rule.Name}: {PythonText.Float(request.Parameter)} from {before}; {comment}");
        metadata["ss_network_dim"] = request.Method == RankMethod.Fixed ? Text($"{request.Rank}") : "Dynamic";
        metadata["ss_network_alpha"] = request.Method == RankMethod.Fixed ? PythonText.Float(modules[^1].Alpha) : "Dynamic";
        return metadata;
    }
}
