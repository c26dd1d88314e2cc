using System.Globalization;
using System.Text.Json;
using KohyaPS.Files;

namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// Reads a <c>tokenizer/</c> folder of a diffusers model: <c>merges.txt</c> and <c>vocab.json</c>, and from <c>special_tokens_map.json</c>,
/// <c>tokenizer_config.json</c> and <c>added_tokens.json</c> what was added to the vocabulary.
/// </summary>
internal sealed class TokenizerFolder
{
    private const long MaxFileBytes = 64L << 20;
    private const int MaxId = 10_000_000;
    private readonly string folder;
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, string> roles = new(StringComparer.Ordinal);
    private readonly HashSet<string> added = new(StringComparer.Ordinal);

    private TokenizerFolder(string folder)
    {
        this.folder = folder;
        ids = ReadIds("vocab.json", isRequired: true);
        foreach (var (token, id) in ReadIds("added_tokens.json", isRequired: false))
            Add(token, id);
        using (var config = ReadJson("tokenizer_config.json", isRequired: false))
        {
            ReadRoles(config);
            ReadDecoder(config);
        }
        using (var map = ReadJson("special_tokens_map.json", isRequired: false))
            ReadRoles(map);
        roles.TryAdd("bos_token", ClipTokenizer.BeginText);
        roles.TryAdd("eos_token", ClipTokenizer.EndText);
    }

    /// <summary>The tokenizers of a model's text encoders, in their order: the given folder's, else the model's own, else the vocabulary of CLIP.</summary>
    /// <param name="family">The generation.</param>
    /// <param name="tokenizerPath">The setting TokenizerPath, resolved; null is not set.</param>
    /// <param name="modelPath">The base model, resolved: a file, or a diffusers folder.</param>
    /// <exception cref="CheckpointFormatException">A folder is incomplete or damaged.</exception>
    public static IReadOnlyList<ClipTokenizer> Choose(ModelFamily family, string? tokenizerPath, string? modelPath)
    {
        var builtIn = ClipTokenizer.BuiltIn(family);
        string[] names = ["tokenizer", "tokenizer_2"];
        if (tokenizerPath is not null && builtIn.Count == 1)
            return [Read(tokenizerPath)];
        if (tokenizerPath is not null && !Directory.Exists(Path.Combine(tokenizerPath, names[1])))
            throw new CheckpointFormatException($"'{tokenizerPath}' has no folders 'tokenizer' and 'tokenizer_2', one for each text encoder of SDXL. Set TokenizerPath to the folder that holds both, or leave it out to use the vocabulary of CLIP.");
        return [.. builtIn.Select((tokenizer, i) => tokenizerPath is not null ? Read(Path.Combine(tokenizerPath, names[i])) : Own(modelPath, names[i]) ?? tokenizer)];
    }

    private static ClipTokenizer? Own(string? modelPath, string name)
    {
        var folder = modelPath is null ? null : Path.Combine(modelPath, name);
        return folder is not null && File.Exists(Path.Combine(folder, "merges.txt")) ? Read(folder) : null;
    }

    /// <summary>Reads one folder.</summary>
    /// <exception cref="CheckpointFormatException">It is incomplete or damaged.</exception>
    public static ClipTokenizer Read(string path)
    {
        if (!Directory.Exists(path))
            throw new CheckpointFormatException($"There is no tokenizer folder '{path}'. Set TokenizerPath to a folder with merges.txt and vocab.json, or leave it out to use the vocabulary of CLIP.");
        return new TokenizerFolder(path).Build();
    }

    private ClipTokenizer Build()
    {
        var mergesPath = Checked("merges.txt", isRequired: true)!;
        using var lines = new StringReader(Text(mergesPath));
        var vocabulary = ClipVocabulary.ReadMerges(mergesPath, lines);
        var end = IdOf(roles["eos_token"]);
        var specials = new SpecialTokens(IdOf(roles["bos_token"]), end, roles.TryGetValue("pad_token", out var pad) ? IdOf(pad) : end);
        var unknown = roles.TryGetValue("unk_token", out var text) ? IdOf(text) : end;
        added.UnionWith(roles.Values);
        int[] idOfSymbol = [.. vocabulary.Tokens.Select(token => ids.TryGetValue(token, out var id) ? id : unknown)];
        return new(vocabulary, specials, [.. added.Select(token => new AddedToken(token, IdOf(token)))], idOfSymbol);
    }

    private int IdOf(string token) => ids.TryGetValue(token, out var id)
        ? id
        : throw Fault($"vocab.json and added_tokens.json have no id for the special token '{token}'");

    private void ReadRoles(JsonDocument? json)
    {
        foreach (var role in new[] { "bos_token", "eos_token", "unk_token", "pad_token" })
        {
            if (json is null || !json.RootElement.TryGetProperty(role, out var token))
                continue;
            var text = token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content) ? content : token;
            if (text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } written)
                roles[role] = written;
        }
    }

    private void ReadDecoder(JsonDocument? json)
    {
        if (json is null || !json.RootElement.TryGetProperty("added_tokens_decoder", out var decoder) || decoder.ValueKind != JsonValueKind.Object)
            return;
        foreach (var entry in decoder.EnumerateObject())
        {
            if (int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && entry.Value.ValueKind == JsonValueKind.Object
                && entry.Value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
                Add(content.GetString()!, id);
        }
    }

    private void Add(string token, int id)
    {
        if (id is < 0 or > MaxId)
            throw Fault(string.Create(CultureInfo.InvariantCulture, $"the token '{token}' has the id {id}"));
        added.Add(token);
        ids[token] = id;
    }

    private Dictionary<string, int> ReadIds(string name, bool isRequired)
    {
        using var json = ReadJson(name, isRequired);
        var read = new Dictionary<string, int>(StringComparer.Ordinal);
        if (json is null)
            return read;
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id is < 0 or > MaxId)
                throw Fault($"{name} gives the token '{entry.Name}' no proper id");
            read[entry.Name] = id;
        }
        return read;
    }

    private JsonDocument? ReadJson(string name, bool isRequired)
    {
        if (Checked(name, isRequired) is not { } path)
            return null;
        try
        {
            var json = JsonDocument.Parse(Text(path));
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                return json;
            json.Dispose();
            throw Fault($"{name} is no JSON object");
        }
        catch (JsonException fault)
        {
            throw Fault($"{name} is no JSON", fault);
        }
    }

    private string? Checked(string name, bool isRequired)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? path : isRequired ? throw Fault($"it has no {name}") : null;
    }

    private string Text(string path)
    {
        try
        {
            return TextFile.Read(path, MaxFileBytes);
        }
        catch (TextFileException fault)
        {
            throw Fault($"{Path.GetFileName(path)} {fault.Message}", fault);
        }
    }

    private CheckpointFormatException Fault(string fault, Exception? inner = null) =>
        new($"The tokenizer folder '{folder}' cannot be used: {fault}. Copy the folder again from its model, or set TokenizerPath to the folder of another tokenizer.", inner);
}
