using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Effects;

/// <summary>
/// Every setting that is implemented changes what a training does: for each at least one line of Effects.txt, whose training of a few steps is
/// compared with one without the change.
/// </summary>
public sealed class SettingEffectTests(EffectStudio studio) : IClassFixture<EffectStudio>
{
    public static TheoryData<int, string> Lines
    {
        get
        {
            var lines = new TheoryData<int, string>();
            for (var i = 0; i < EffectCase.All.Count; i++)
                lines.Add(i, $"{EffectCase.All[i].Name}: {EffectCase.All[i].Change}");
            return lines;
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_setting_shows(int line, string what)
    {
        Assert.NotEmpty(what);
        var effect = EffectCase.All[line];
        var config = effect.Changed(studio.Start);
        var later = ConfigFiles.WithDatasets(config).Validate().FirstOrDefault(p => p.Message.Contains("arrive with a later version", StringComparison.Ordinal));
        Assert.SkipWhen(later is not null, later?.Message ?? "");
        var changed = studio.Run(config);
        if (effect.Shows is [var refused] && refused.StartsWith("refused:", StringComparison.Ordinal))
        {
            Assert.Equal(TrainingExitCode.Invalid, changed.Result.ExitCode);
            Assert.Contains(refused["refused:".Length..], changed.Result.Message, StringComparison.Ordinal);
            return;
        }
        var plain = studio.RunOnce(effect.Plain(studio.Start), effect.Surroundings);
        Assert.True(plain.Result.ExitCode == TrainingExitCode.Done, plain.Result.Message);
        Assert.True(changed.Result.ExitCode == TrainingExitCode.Done, changed.Result.Message);
        Assert.NotEmpty(effect.Shows);
        Assert.All(effect.Shows, shows => EffectChecks.Check(shows, plain, changed, studio.Root));
    }

    [Fact]
    public void Every_setting_that_is_implemented_has_a_line()
    {
        var later = AvailabilityRules.Later.SelectMany(feature => feature.Settings).ToHashSet();
        var shown = EffectCase.All.Select(effect => effect.Name).ToHashSet();
        var missing = SettingCatalogue.All.Select(setting => setting.Key).Where(key => !later.Contains(key) && !shown.Contains(key));
        Assert.Equal("", string.Join(", ", missing));
    }

    [Fact]
    public void Every_line_changes_the_setting_that_it_names() => Assert.All(
        EffectCase.All.Where(effect => SettingCatalogue.TryGet(effect.Name, out _)),
        effect => Assert.Contains(SettingCatalogue.Get(effect.Name).Name, effect.Plain(studio.Start).DifferencesTo(effect.Changed(studio.Start)).Select(d => d.Setting)));
}
