using KohyaPS.Engine.Checkpoints;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

internal sealed class FolderStore : ITensorStore
{
    private readonly Dictionary<string, (SafetensorsFile File, string Name)> byName = [];

    public FolderStore(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.safetensors"))
        {
            var opened = SafetensorsFile.Open(file);
            foreach (var entry in opened.Entries)
                byName[entry.Name.Replace(".query.", ".to_q.").Replace(".key.", ".to_k.").Replace(".value.", ".to_v.").Replace(".proj_attn.", ".to_out.0.")] = (opened, entry.Name);
        }
    }

    public IReadOnlyCollection<string> Names => byName.Keys;

    public bool Contains(string name) => byName.ContainsKey(name);

    public long[] Shape(string name) => [.. byName[name].File[byName[name].Name].Shape];

    public Tensor Read(string name)
    {
        using var flat = tensor(byName[name].File.ReadFloats(byName[name].Name));
        return flat.view(Shape(name)).clone();
    }
}
