using System.Globalization;
using System.Text;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class ConfigFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kohyaps").FullName;

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(folder, "config.yaml");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    [Fact]
    public void Marks_and_line_ends_of_windows_are_read()
    {
        var text = "name: 模型 ü\r\nnetwork:\r\n  network_dim: 4\r\n";
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode, new UTF8Encoding(false) })
        {
            var config = ConfigFiles.Read(Write([.. encoding.GetPreamble(), .. encoding.GetBytes(text)]));
            Assert.Equal(("模型 ü", 4, folder), (config.Name, config.Network.NetworkDim, config.BaseFolder));
        }
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused_with_the_byte() =>
        Assert.Contains("byte 6", Assert.Throws<ConfigFormatException>(() => ConfigFiles.Read(Write([.. "name: "u8, 0x93, 0x94]))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_huge_file_is_not_read() =>
        Assert.Contains("larger than 4 MiB", Assert.Throws<ConfigFormatException>(() => ConfigFiles.Read(Write(new byte[5 << 20]))).Message, StringComparison.Ordinal);

    [Fact]
    public void Numbers_are_written_the_same_in_every_culture()
    {
        var config = new LoraConfig { BaseFolder = folder }.With("LearningRate", 0.0001).With("LrWarmupSteps", "12.5%").With("FaceCropAugRange", new[] { 1.5, 2.5 });
        var path = Path.Combine(folder, "out.yaml");
        var before = CultureInfo.CurrentCulture;
        var texts = new List<string>();
        try
        {
            foreach (var culture in new[] { "de-DE", "tr-TR", "ar-SA", "" })
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
                ConfigFiles.Write(config, path, includeDefaults: true);
                texts.Add(File.ReadAllText(path));
                Assert.Equal(config.Changed().Count(), ConfigFiles.Read(path).Changed().Count());
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.Single(texts.Distinct());
        Assert.Contains("face_crop_aug_range: [1.5, 2.5]", texts[0], StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, true);
}
