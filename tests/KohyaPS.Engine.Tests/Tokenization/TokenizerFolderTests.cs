using System.Text.Json;
using KohyaPS.Engine.Tokenization;

namespace KohyaPS.Engine.Tests.Tokenization;

public sealed class TokenizerFolderTests : IDisposable
{
    private readonly string model = Directory.CreateTempSubdirectory("kohyaps-tokenizer-").FullName;

    private string Folder => Path.Combine(model, "tokenizer");

    public void Dispose() => Directory.Delete(model, recursive: true);

    [Fact]
    public void A_folder_with_the_vocabulary_of_CLIP_gives_the_same_ids()
    {
        WriteFolder(new { pad_token = "<|endoftext|>", bos_token = new { content = "<|startoftext|>" } });
        var own = Assert.Single(TokenizerFolder.Choose(ModelFamily.Sd1, null, model));
        Assert.NotSame(ClipTokenizer.Default, own);
        Assert.Equal(ClipTokenizer.Default.Encode("it's a dog's life, \u00E9t\u00E9 1234"), own.Encode("it's a dog's life, \u00E9t\u00E9 1234"));
        Assert.Equal(ClipTokenizer.Default.Specials, own.Specials);
    }

    [Fact]
    public void An_added_token_is_cut_out_whole()
    {
        WriteFolder(new { }, new Dictionary<string, int> { ["<shs>"] = 49408 });
        var own = TokenizerFolder.Read(Folder);
        Assert.Equal([320, 49408, 1929], own.Encode("a <shs> dog"));
        Assert.Equal(49408, own.LargestId);
    }

    [Fact]
    public void A_pad_token_of_its_own_is_a_token_as_in_SD2()
    {
        WriteFolder(new { pad_token = "!" });
        var own = TokenizerFolder.Read(Folder);
        Assert.Equal(ClipTokenizer.StableDiffusion2.Encode("hi! there!!"), own.Encode("hi! there!!"));
        Assert.Equal(0, own.Specials.Pad);
    }

    [Fact]
    public void Other_merges_make_other_words()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "merges.txt"), "#version: 0.2\nc a\nca t</w>\n");
        File.WriteAllText(Path.Combine(Folder, "vocab.json"), """{"cat</w>": 7, "<|startoftext|>": 8, "<|endoftext|>": 9}""");
        Assert.Equal([7], TokenizerFolder.Read(Folder).Encode("cat"));
        Assert.Equal([9], TokenizerFolder.Read(Folder).Encode("x"));    // what the vocabulary does not know is its unknown token
    }

    [Theory]
    [InlineData("merges.txt", "", "has no merges.txt")]
    [InlineData("vocab.json", "[]", "no JSON object")]
    [InlineData("vocab.json", "{", "no JSON")]
    [InlineData("vocab.json", """{"a</w>": -1}""", "no proper id")]
    [InlineData("merges.txt", "a b c\n", "Line 1")]
    public void A_damaged_folder_is_refused_by_name(string file, string content, string expected)
    {
        WriteFolder(new { });
        var path = Path.Combine(Folder, file);
        File.Delete(path);
        if (content.Length > 0)
            File.WriteAllText(path, content);
        var refusal = Assert.Throws<CheckpointFormatException>(() => TokenizerFolder.Read(Folder));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("TokenizerPath", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_folder_the_vocabulary_of_CLIP_serves() => Assert.Same(ClipTokenizer.Default, Assert.Single(TokenizerFolder.Choose(ModelFamily.Sd1, null, model)));

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var refusal = Assert.Throws<CheckpointFormatException>(() => TokenizerFolder.Choose(ModelFamily.Sd1, Folder, null));
        Assert.Contains(Folder, refusal.Message, StringComparison.Ordinal);
    }

    private void WriteFolder(object specials, Dictionary<string, int>? addedTokens = null)
    {
        Directory.CreateDirectory(Folder);
        var tokens = ClipVocabulary.Clip.Tokens;
        using (var packed = typeof(ClipVocabulary).Assembly.GetManifestResourceStream("clip-merges.txt.gz")!)
        using (var unpacked = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Decompress))
        using (var merges = File.Create(Path.Combine(Folder, "merges.txt")))
            unpacked.CopyTo(merges);
        var vocabulary = tokens.Select((token, id) => (token, id)).ToDictionary(t => t.token, t => t.id);
        vocabulary.Add("<|startoftext|>", tokens.Count);
        vocabulary.Add("<|endoftext|>", tokens.Count + 1);
        File.WriteAllText(Path.Combine(Folder, "vocab.json"), JsonSerializer.Serialize(vocabulary));
        File.WriteAllText(Path.Combine(Folder, "special_tokens_map.json"), JsonSerializer.Serialize(specials));
        if (addedTokens is not null)
            File.WriteAllText(Path.Combine(Folder, "added_tokens.json"), JsonSerializer.Serialize(addedTokens));
    }
}
