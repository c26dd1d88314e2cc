using System.Text;
using KohyaPS.Datasets;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Tests.Architecture;
using KohyaPS.Engine.Tokenization;
using KohyaPS.Engine.Training.Logging;
using KohyaPS.Files;
using KohyaPS.Runtime;
using KohyaPS.Runtime.Packages;
using KohyaPS.Training.Runs;
using KohyaPS.Training.States;

namespace KohyaPS.Engine.Tests.Files;

/// <summary>Every text that the product reads means the same in every form that an editor of Windows gives it.</summary>
public sealed class TextFormTests : IDisposable
{
    private const string Caption = "shs robot, grün, 模型\nsecond line\n";
    private readonly string folder = Directory.CreateTempSubdirectory("kohyaps-text-").FullName;

    /// <summary>Files of one kind, and what their reader makes of the folder that they lie in.</summary>
    /// <param name="Source">The source file that calls <see cref="TextFile"/>.</param>
    /// <param name="Files">Names and texts, with LF and a last line end.</param>
    /// <param name="Read">What was read, as text.</param>
    private sealed record Reading(string Source, (string Name, string Text)[] Files, Func<string, string> Read);

    private static readonly Reading[] readings =
    [
        new("CaptionFile.cs", [("a.txt", Caption)], f => CaptionFile.Read(Path.Combine(f, "a.txt"), enableWildcard: true) is var c ? $"{c.Text}|{c.LineCount}|{c.Fault}" : ""),
        new("CaptionFile.cs", [("a.txt", Caption)], f => CaptionFile.Read(Path.Combine(f, "a.txt"), enableWildcard: false).Text),
        new("MetadataFile.cs", [("a.json", "{\n\"a.png\":\n{\"caption\": \"grün\", \"tags\": \"模型\"}\n}\n")], f => string.Join('|', MetadataFile.Read(Path.Combine(f, "a.json")))),
        new("MetadataFile.cs", [("a.jsonl", "{\"image_path\": \"a.png\", \"caption\": \"grün\"}\n\n{\"image_path\": \"b.png\"}\n")], f => string.Join('|', MetadataFile.Read(Path.Combine(f, "a.jsonl")))),
        new("RenameJournal.cs", [(".kohyaps-balance.leaving.json", "{\n\"Renames\":\n[{\"From\": \"1_grün\", \"To\": \"2_grün\"}]\n}\n")], f => string.Join('|', RenameJournal.Read(f).Journal.Renames)),
        new("StateManifest.cs", [(StateManifest.FileName, State.ToJson() + "\n")], f => StateManifest.Read(f)!.ToJson()),
        new("RunFolder.cs", [(".grün.run/run.json", Run("/out"))], f => RunFolder.Read(Path.Combine(f, ".grün.run")) is { } run ? $"{run.Name} {run.TotalSteps}" : ""),
        new("JsonLinesLog.cs", [("grün.log.jsonl", "{\"event\": \"StepDone\", \"step\": 1, \"loss\": 0.5}\n{\"event\": \"StepDone\", \"step\": 2, \"loss\": 0.25}\n")], f => string.Join(' ', JsonLinesLog.Losses(Path.Combine(f, "grün.log.jsonl"), 3))),
        new("RunRegistry.cs", [("out/.grün.run/run.json", Run("/out")), ("1.run", "{folder}/out/.grün.run\n")], f => RunRegistry.List(f).Single().Name),
        new("RuntimeManifest.cs", [(InstalledRuntimes.ManifestName, RuntimeText)], f => RuntimeManifest.Read(f) is { } m ? $"{m.Version} {m.Source} {m.Files[0]}" : "none"),
        new("NuGetConfiguration.cs", [("NuGet.Config", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n<packageSources>\n<add key=\"a\" value=\"https://example.org/grün/index.json\" />\n</packageSources>\n</configuration>\n")],
            f => string.Join('|', NuGetConfiguration.Sources(Path.Combine(f, "NuGet.Config")))),
        new("TokenizerFolder.cs",
            [
                ("merges.txt", "#version: 0.2\nc a\nca t</w>\n"), ("vocab.json", "{\n\"cat</w>\": 7,\n\"<|startoftext|>\": 8, \"<|endoftext|>\": 9}\n"), ("added_tokens.json", "{\n\"grün\": 10}\n"),
                ("tokenizer_config.json", "{\n\"pad_token\": \"cat</w>\"}\n"), ("special_tokens_map.json", "{\n\"unk_token\": \"<|endoftext|>\"}\n"),
            ],
            f => TokenizerFolder.Read(f) is var t ? $"{string.Join(' ', t.Encode("cat grün dog"))} {t.Specials}" : ""),
        new("CheckpointConfigs.cs", [("model.config.json", "{\n\"vae\":\n{\"scaling_factor\": 0.5, \"_name\": \"grün\"}\n}\n")], f => CheckpointConfigs.ReadJson(Path.Combine(f, "model.config.json")).GetProperty("vae").GetRawText()),
        Config("a.yaml", "name: grün\nnetwork:\n  network_dim: 4\nmetadata:\n  training_comment: |-\n    模型\n    zwei\n"),
        Config("a.toml", "output_name = \"grün\"\nnetwork_dim = 4\ntraining_comment = \"\"\"\n模型\nzwei\"\"\"\n"),
        Config("dataset.toml", "[general]\ncaption_extension = \".txt\"\n[[datasets]]\nresolution = 64\n[[datasets.subsets]]\nimage_dir = \"grün\"\nnum_repeats = 3\n"),
        Config("gui.json", "{\n\"LoRA_type\": \"Standard\",\n\"output_name\": \"grün\",\n\"network_dim\": 4\n}\n"),
        Config("train.bat", "@echo off\nset NAME=grün\naccelerate launch train_network.py ^\n  --output_name=%NAME% ^\n  --network_dim=4\n"),
        Config("train.sh", "#!/bin/bash\n# 模型\nNAME=grün\naccelerate launch train_network.py \\\n  --output_name=\"$NAME\" \\\n  --network_dim=4\n"),
        Config("command.txt", "python train_network.py --output_name=grün\n--network_dim=4\n"),
        new("ConfigFiles.cs", [("train.ps1", "$name = 'grün'\npython train_network.py `\n  --output_name=$name\n")], f => ConfigFiles.ReadText(Path.Combine(f, "train.ps1")).TrimEnd('\n')),
    ];

    private static readonly (string Name, Func<string, byte[]> Encode)[] forms =
    [
        ("UTF-8 with a mark", text => [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)]),
        ("UTF-16", text => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)]),
        ("big-endian UTF-16", text => [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(text)]),
        ("CR LF", text => Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal))),
        ("CR", text => Encoding.UTF8.GetBytes(text.Replace('\n', '\r'))),
        ("no last line end", text => Encoding.UTF8.GetBytes(text[..^1])),
        ("UTF-16 with CR LF and no last line end", text => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text[..^1].Replace("\n", "\r\n", StringComparison.Ordinal))]),
    ];

    public static TheoryData<int, string> Cases => [.. readings.Select((reading, i) => (i, reading.Files[^1].Name))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_text_means_the_same_in_every_form(int position, string name)
    {
        var reading = readings[position];
        var plain = ReadAs(reading, Encoding.UTF8.GetBytes);
        Assert.True(plain.Length > 0, name);
        foreach (var (form, encode) in forms)
            Assert.Equal($"{form}: {plain}", $"{form}: {ReadAs(reading, encode)}");
    }

    [Fact]
    public void Every_reader_of_texts_has_a_case_here() =>
        Assert.Equal(readings.Select(reading => reading.Source).Distinct().Order(), SourceText.Where(@"\bTextFile\.Read").Except(["TextFile.cs"]).Order());

    // Pictures and models are read as bytes; StreamReader reads what is embedded in an assembly or packed in an archive.
    [Fact]
    public void Texts_are_read_in_one_place_only()
    {
        Assert.Equal(["ClipVocabulary.cs", "HtmlEntities.cs", "PackageArchive.cs"], SourceText.Where(@"\bnew StreamReader\(").Order());
        Assert.Equal(["TrainingSources.cs"], SourceText.Where(@"\bFile\.ReadAllBytes\(").Order());
        Assert.Empty(SourceText.Where(@"\bFile\.(ReadAllText|ReadAllLines|ReadLines|OpenText)"));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0xD8 }, "UTF-16LE")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x61, 0xFC }, "byte 4")]
    public void What_is_no_text_is_refused_with_the_reason(byte[] bytes, string reason)
    {
        var path = Path.Combine(folder, "a.txt");
        File.WriteAllBytes(path, bytes);
        Assert.Contains(reason, Assert.Throws<TextFileException>(() => TextFile.Read(path, 10)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static StateManifest State => new()
    {
        Format = StateManifest.CurrentFormat,
        WrittenBy = "0.0",
        Created = DateTimeOffset.UnixEpoch,
        Reason = TrainingStateReason.Schedule,
        Name = "grün",
        Step = 5,
        Epoch = 1,
        BatchInEpoch = 5,
        TotalSteps = 10,
        Seed = 7,
        SessionId = 1,
        StartedAt = 0.5,
        Optimizer = "AdamW",
        Losses = [0.5],
        Files = new Dictionary<string, StateFile>(),
    };

    private static string RuntimeText => "{\n\"Backend\": \"Cuda\", \"Version\": \"2.10.0\", \"Rid\": \"win-x64\", \"Source\": \"grün\", \"Packages\": [],\n\"Files\": [{\"Name\": \"a.dll\", \"SizeBytes\": 1, \"Sha256\": \"00\"}]\n}\n";

    private static Reading Config(string name, string text) => new("ConfigFiles.cs", [(name, text)], f => YamlConfigWriter.Write(ConfigFiles.Read(Path.Combine(f, name)), f, includeDefaults: false));

    // This very process, so that the training is alive.
    private static string Run(string output)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return System.Text.Json.JsonSerializer.Serialize(
            new ActiveTraining { RunId = "1", Name = "grün", OutputFolder = output, ProcessId = process.Id, ProcessStarted = process.StartTime, Started = DateTimeOffset.UnixEpoch, TotalSteps = 1 },
            RunJson.Default.ActiveTraining) + "\n";
    }

    private string ReadAs(Reading reading, Func<string, byte[]> encode)
    {
        foreach (var (name, text) in reading.Files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, encode(text.Replace("{folder}", folder, StringComparison.Ordinal)));
        }
        return reading.Read(folder);
    }
}
