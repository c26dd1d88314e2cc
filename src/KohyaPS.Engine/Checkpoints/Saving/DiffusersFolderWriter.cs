using System.Text.Json;
using System.Text.Json.Nodes;
using KohyaPS.Datasets;
using KohyaPS.Engine.Tokenization;
using KohyaPS.Files;

namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>
/// Writes a model as a diffusers folder: weights and configuration of each part, tokenizers, scheduler and index. It is built under a
/// temporary name beside the target and renamed when it is whole.
/// </summary>
internal static class DiffusersFolderWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the folder; an empty one, or that of another model, is replaced.</summary>
    /// <returns>Bytes of the weights, and the number of tensors.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static (long Bytes, int Tensors) Write(ModelWriting writing)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(writing.Destination));
        if (File.Exists(target))
            throw new DestinationException($"'{target}' is a file; a folder is to be written there. Choose another name, or one that ends in .safetensors for a single file.");
        if (ReplaceableFolder.WhyNot(target) is { } reason)
            throw new DestinationException(reason);
        var temporary = target + AtomicFile.TemporarySuffix;
        Disk.Remove(temporary);
        Directory.CreateDirectory(temporary);
        try
        {
            var written = WriteParts(writing, temporary);
            WriteSettings(writing.Source, temporary);
            Replace(temporary, target);
            return written;
        }
        catch
        {
            Disk.RemoveQuietly(temporary);
            throw;
        }
    }

    private static (long Bytes, int Tensors) WriteParts(ModelWriting writing, string folder)
    {
        var parts = writing.Source.Parts.Select(p => (Part: p.Part, Tensors: CheckpointTensors.ForFolder(p))).ToList();
        var count = parts.Sum(p => p.Tensors.Count);
        var (bytes, done) = (0L, 0);
        // transformers refuses weights that do not say what wrote them.
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        foreach (var (part, tensors) in parts)
        {
            bytes += TensorFile.Save(
                Path.Combine(folder, part.FolderName(), part.WeightsName() + ".safetensors"), tensors,
                t => t.SaveType(writing.Source.Family, writing.Precision), metadata, (t, stored) => ModelWriter.Changed(writing, t, stored, count, ref done));
        }
        return (bytes, count);
    }

    private static void WriteSettings(Checkpoint source, string folder)
    {
        foreach (var part in source.Parts)
            WriteJson(Path.Combine(folder, part.Part.FolderName(), "config.json"), FolderSettings.OfPart(source, part));
        foreach (var name in source.Parts.Where(p => p.Part is ModelPart.TextEncoder or ModelPart.TextEncoder2).Select(p => p.Part == ModelPart.TextEncoder ? "tokenizer" : "tokenizer_2"))
        {
            if (!CopyFolder(source, name, folder))
                TokenizerFolderWriter.Write(Path.Combine(folder, name), padsWithEnd: source.Family != ModelFamily.Sd2 && name == "tokenizer");
        }
        if (!CopyFolder(source, "scheduler", folder))
            WriteJson(Path.Combine(folder, "scheduler", "scheduler_config.json"), FolderSettings.Scheduler(source));
        var index = source.IsFolder ? Path.Combine(source.Path, FolderSettings.IndexName) : "";
        if (File.Exists(index))
            TreeCopy.CopyFile(index, Path.Combine(folder, FolderSettings.IndexName));
        else
            WriteJson(Path.Combine(folder, FolderSettings.IndexName), FolderSettings.Index(source));
    }

    // What lies beside the weights of a folder is kept as it is.
    private static bool CopyFolder(Checkpoint source, string name, string folder)
    {
        var from = source.IsFolder ? Path.Combine(source.Path, name) : "";
        if (!Directory.Exists(from))
            return false;
        Directory.CreateDirectory(Path.Combine(folder, name));
        foreach (var file in Directory.EnumerateFiles(from))
            TreeCopy.CopyFile(file, Path.Combine(folder, name, Path.GetFileName(file)));
        return true;
    }

    private static void WriteJson(string path, JsonObject content) => AtomicFile.WriteText(path, content.ToJsonString(Indented) + "\n");

    private static void Replace(string temporary, string target)
    {
        var old = $"{target}.{Guid.NewGuid():N}{AtomicFile.TemporarySuffix}";
        Disk.Replace(temporary, target, old);
        Disk.RemoveQuietly(old);
    }
}
