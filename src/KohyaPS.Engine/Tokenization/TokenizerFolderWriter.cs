using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KohyaPS.Files;

namespace KohyaPS.Engine.Tokenization;

/// <summary>Writes CLIP's vocabulary as a <c>tokenizer/</c> folder of a diffusers model.</summary>
internal static class TokenizerFolderWriter
{
    private const int MaxTokens = 77;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the four files.</summary>
    /// <param name="folder">Where; it is created.</param>
    /// <param name="padsWithEnd">True where short texts are filled with the end token (CLIP ViT-L), false for "!" (OpenCLIP).</param>
    public static void Write(string folder, bool padsWithEnd)
    {
        var vocabulary = ClipVocabulary.Clip;
        var ids = new JsonObject();
        foreach (var (token, id) in vocabulary.Tokens.Append(ClipTokenizer.BeginText).Append(ClipTokenizer.EndText).Select((t, i) => (t, i)))
            ids[token] = id;
        WriteJson(folder, "vocab.json", ids);
        var merges = new StringBuilder("#version: 0.2\n");
        foreach (var (left, right) in vocabulary.Merges)
            merges.Append(left).Append(' ').Append(right).Append('\n');
        AtomicFile.WriteText(Path.Combine(folder, "merges.txt"), merges.ToString());
        var pad = padsWithEnd ? ClipTokenizer.EndText : "!";
        WriteJson(folder, "special_tokens_map.json", new()
        {
            ["bos_token"] = Special(ClipTokenizer.BeginText), ["eos_token"] = Special(ClipTokenizer.EndText), ["pad_token"] = pad, ["unk_token"] = Special(ClipTokenizer.EndText),
        });
        WriteJson(folder, "tokenizer_config.json", new()
        {
            ["add_prefix_space"] = false, ["bos_token"] = ClipTokenizer.BeginText, ["clean_up_tokenization_spaces"] = true, ["do_lower_case"] = true, ["eos_token"] = ClipTokenizer.EndText,
            ["errors"] = "replace", ["model_max_length"] = MaxTokens, ["pad_token"] = pad, ["tokenizer_class"] = "CLIPTokenizer", ["unk_token"] = ClipTokenizer.EndText,
        });
    }

    private static JsonObject Special(string token) => new()
    {
        ["content"] = token, ["lstrip"] = false, ["normalized"] = true, ["rstrip"] = false, ["single_word"] = false,
    };

    private static void WriteJson(string folder, string name, JsonObject content) => AtomicFile.WriteText(Path.Combine(folder, name), content.ToJsonString(Readable) + "\n");
}
