using System.Text;

namespace KohyaPS.Core.Tests.Datasets;

/// <summary>A clean folder of two captioned pictures, to which a test adds one mistake.</summary>
public abstract class LintedFolder : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lint").FullName;

    protected LintedFolder()
    {
        Config = new LoraConfig { Folders = new() { TrainDataDir = At("img") } };
        Picture("img/10_shs dog/a.png", seed: 1);
        Picture("img/10_shs dog/b.png", seed: 2);
        Caption("img/10_shs dog/a.txt", "shs dog, sitting, grass");
        Caption("img/10_shs dog/b.txt", "shs dog, running");
    }

    /// <summary>What the linter is told of pixels, by path.</summary>
    protected Dictionary<string, PictureFacts> Facts { get; } = [];

    protected LoraConfig Config { get; set; }

    public void Dispose()
    {
        Directory.Delete(root, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected IReadOnlyList<DatasetFinding> Lint() =>
        new DatasetLinter(new RecordedFacts(Facts), new WordTokenizer()).Check(Config, DatasetReader.Read(Config, TestContext.Current.CancellationToken), null, TestContext.Current.CancellationToken);

    protected DatasetFinding Only(DatasetFindingId id, FindingSeverity severity)
    {
        var finding = Assert.Single(Lint());
        Assert.Equal((id, severity), (finding.Id, finding.Severity));
        Assert.NotEmpty(finding.Remedy);
        return finding;
    }

    protected DatasetFinding Has(DatasetFindingId id, FindingSeverity severity)
    {
        var finding = Lint().First(f => f.Id == id);
        Assert.Equal(severity, finding.Severity);
        return finding;
    }

    protected void Set(string setting, object? value) => Config = Config.With(setting, value);

    protected string At(string relative) => Path.Combine(root, Path.Combine(relative.Split('/')));

    protected void Picture(string relative, int seed, int width = 512, int height = 512, int orientation = 1) => TestPicture.Png(At(relative), width, height, seed, orientation: orientation);

    protected void Caption(string relative, string text) => Bytes(relative, Encoding.UTF8.GetBytes(text));

    protected void Bytes(string relative, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.WriteAllBytes(At(relative), bytes);
    }

    private sealed class RecordedFacts(Dictionary<string, PictureFacts> facts) : IPictureInspector
    {
        public PictureFacts Inspect(TrainingImage image) => facts.GetValueOrDefault(image.Path) ?? new();
    }

    private sealed class WordTokenizer : ICaptionTokenizer
    {
        public int Count(string caption) => caption.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
