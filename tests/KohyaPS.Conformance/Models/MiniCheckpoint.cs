using System.Text.Json;
using KohyaPS.Engine.Checkpoints;

namespace KohyaPS.Conformance.Models;

/// <summary>A mini checkpoint of the goldens: model.json and how to open either layout as the product does.</summary>
internal sealed class MiniCheckpoint
{
    private readonly string folder;

    /// <param name="folder">checkpoints/&lt;name&gt;.</param>
    public MiniCheckpoint(string folder)
    {
        this.folder = folder;
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "model.json")));
        Model = document.RootElement.Clone();
    }

    /// <summary>The whole model.json.</summary>
    public JsonElement Model { get; }

    public ModelFamily Family => Enum.Parse<ModelFamily>(Model.GetProperty("kind").GetString()!, ignoreCase: true);

    /// <summary>The single file. No key tells a mini's generation and no file its group count, so both are given, as a user does with -V2.</summary>
    public Checkpoint OpenSingleFile() => Checkpoint.Open(SingleFilePath, new()
    {
        Family = Family,
        Configs = CheckpointConfigs.From(Model.GetProperty("config")),
    });

    public Checkpoint OpenFolder() => Checkpoint.Open(Path.Combine(folder, Model.GetProperty("diffusers_folder").GetString()!));

    public string SingleFilePath => Path.Combine(folder, Model.GetProperty("single_file").GetString()!);
}
