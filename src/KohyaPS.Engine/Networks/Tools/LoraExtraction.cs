using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.KeyMaps;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Runtime;
using KohyaPS.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Makes a LoRA of the difference between two models, pair of weights by pair of weights.</summary>
public static class LoraExtraction
{
    private static readonly string[] TextLayers = ["k_proj", "v_proj", "q_proj", "out_proj", "fc1", "fc2"];
    private static readonly string[] ConvolutionLayers = [".resnets.", ".downsamplers.", ".upsamplers."];

    /// <summary>Extracts and writes.</summary>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="CheckpointFormatException">A file is no model, or they are of different kinds.</exception>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    public static LoraNetwork Run(ExtractRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return NativeLibraries.Run(() => RunLoaded(request, cancellation));
    }

    private static LoraNetwork RunLoaded(ExtractRequest request, CancellationToken cancellation)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var destination = Path.GetFullPath(request.Destination);
        var options = new CheckpointOptions { Family = request.Family, AllowsUntrainable = true };
        using var original = Checkpoint.Open(request.Original, options);
        using var tuned = Checkpoint.Open(request.Tuned, options);
        SourceFiles.Refuse(destination, [original.Path, tuned.Path]);
        if (original.Family != tuned.Family)
            throw new CheckpointFormatException($"'{original.Path}' is {original.Detection.InWords()} and '{tuned.Path}' {tuned.Detection.InWords()}. Give two models of one generation.");
        var pairs = Pairs(original, tuned, request.ConvRank is not null).ToList();
        if (!HasTrainedText(pairs, request))
        {
            request.Warning?.Invoke($"No number of the text encoders differs by more than {PythonText.Float(request.MinimumDifference)}: they are left out.");
            pairs.RemoveAll(p => p.IsText);
        }
        var tensors = new List<(string, Tensor)>();
        for (var i = 0; i < pairs.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            tensors.AddRange(Extract(pairs[i], request));
            request.Progress?.Invoke(i + 1, pairs.Count);
        }
        NetworkWriter.Write(destination, tensors, Metadata(request, original), request.Precision);
        return LoraNetworkReader.Read(destination);
    }

    private static IEnumerable<Pair> Pairs(Checkpoint original, Checkpoint tuned, bool withConvolutions)
    {
        var layout = SingleFileLayout.Of(original.Family);
        foreach (var part in ModelParts.Of(original.Family).Where(p => p != ModelPart.Vae))
        {
            if (original.Find(part) is not { } before || tuned.Find(part) is not { } after)
                continue;
            foreach (var place in layout.Write(part, before.ExpectedNames.Where(n => n.EndsWith(".weight", StringComparison.Ordinal)).ToList()))
            {
                if (!IsAdapted(part, place.Name, before, withConvolutions) || !after.Tensors.Contains(place.Name))
                    continue;
                if (!before.Tensors.Shape(place.Name).SequenceEqual(after.Tensors.Shape(place.Name)))
                    throw new CheckpointFormatException($"The tensor '{place.Name}' of the {part.InWords()} has other dimensions in '{tuned.Path}' than in '{original.Path}'. Give two models of one kind.");
                var path = part == ModelPart.Unet && original.Family == ModelFamily.Sdxl ? place.FileKey[SingleFileLayout.UnetPrefix.Length..] : place.Name;
                yield return new($"{Prefix(original.Family, part)}_{path[..^".weight".Length].Replace('.', '_')}", part != ModelPart.Unet, place.Name, before, after);
            }
        }
    }

    private static bool IsAdapted(ModelPart part, string name, CheckpointPart model, bool withConvolutions)
    {
        if (!model.Tensors.Contains(name) || model.Tensors.Shape(name) is not { Length: >= 2 } shape)
            return false;
        if (part != ModelPart.Unet)
            return TextLayers.Contains(name.Split('.')[^2]);
        return (name.Contains(".attentions.", StringComparison.Ordinal) || ConvolutionLayers.Any(l => name.Contains(l, StringComparison.Ordinal)))
            && (withConvolutions || shape.Length == 2 || (shape[2] == 1 && shape[3] == 1));
    }

    private static string Prefix(ModelFamily family, ModelPart part) => part switch
    {
        ModelPart.Unet => "lora_unet",
        ModelPart.TextEncoder2 => "lora_te2",
        _ => family == ModelFamily.Sdxl ? "lora_te1" : "lora_te",
    };

    private static bool HasTrainedText(List<Pair> pairs, ExtractRequest request) => pairs.Where(p => p.IsText).Any(p =>
    {
        using var scope = NewDisposeScope();
        return p.Difference(request.LoadPrecision).abs().max().item<float>() > request.MinimumDifference;
    });

    private static List<(string, Tensor)> Extract(Pair pair, ExtractRequest request)
    {
        using var scope = NewDisposeScope();
        var difference = pair.Difference(request.LoadPrecision);
        if (!difference.isfinite().all().item<bool>())
            throw new CheckpointFormatException($"The weights of '{pair.Module}' have numbers that are NaN or infinite in one of the models. Use a whole model.");
        var shape = difference.shape;
        var isSpatial = shape.Length == 4 && (shape[2] > 1 || shape[3] > 1);
        var rank = Math.Min(isSpatial ? request.ConvRank ?? request.Rank : request.Rank, Math.Min(shape[0], shape[1]));
        using var decomposition = LowRank.Of(difference.flatten(1), rank);
        var (up, down) = decomposition.Factors(rank);
        if (request.ClampQuantile is { } quantile)
            (up, down) = FactorClamp.Apply(up, down, quantile);
        long[] upShape = shape.Length == 4 ? [shape[0], rank, 1, 1] : [shape[0], rank];
        return
        [
            ($"{pair.Module}.alpha", tensor((float)rank).MoveToOuterDisposeScope()),
            ($"{pair.Module}.lora_down.weight", down.view([rank, .. shape[1..]]).to(ScalarType.Float32).MoveToOuterDisposeScope()),
            ($"{pair.Module}.lora_up.weight", up.view(upShape).to(ScalarType.Float32).MoveToOuterDisposeScope()),
        ];
    }

    private static Dictionary<string, string> Metadata(ExtractRequest request, Checkpoint original)
    {
        var isV2 = original.Family == ModelFamily.Sd2;
        var isV = (request.Prediction ?? (MergedModelSpec.IsAssumedV(original) ? ModelPrediction.V : original.Detection.Prediction)) == ModelPrediction.V;
        var metadata = new Dictionary<string, string>
        {
            ["ss_v2"] = isV2 ? "True" : "False",
            ["ss_base_model_version"] = original.Family == ModelFamily.Sdxl ? "sdxl_base_v1-0" : (isV2 ? "sd_v2" : "sd_v1") + (isV ? "_v" : ""),
            ["ss_network_module"] = "networks.lora",
            ["ss_network_dim"] = MergedModules.Whole(request.Rank),
            ["ss_network_alpha"] = PythonText.Float(request.Rank),
            ["ss_network_args"] = request.ConvRank is { } conv ? $"{{\"conv_dim\": \"{MergedModules.Whole(conv)}\", \"conv_alpha\": \"{PythonText.Float(conv)}\"}}" : "{}",
        };
        if (request.OmitsMetadata)
            return metadata;
        foreach (var (key, value) in MergedModelSpec.For(Path.GetFullPath(request.Destination), new SpecifiedModel(original.Family, isV, IsLora: true), null, request.Clock.GetLocalNow().DateTime))
            metadata[key] = value;
        return metadata;
    }

    private sealed record Pair(string Module, bool IsText, string Name, CheckpointPart Original, CheckpointPart Tuned)
    {
        public Tensor Difference(SavePrecision? load)
        {
            using var scope = NewDisposeScope();
            Tensor Read(CheckpointPart part)
            {
                var stored = part.Tensors.Read(Name);
                return (load is { } precision ? stored.to(precision.ToTorch()) : stored.to(ScalarType.Float32));
            }
            return (Read(Tuned) - Read(Original)).to(ScalarType.Float32).MoveToOuterDisposeScope();
        }
    }
}
