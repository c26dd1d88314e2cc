using KohyaPS.Conformance;
using KohyaPS.Engine.Configuration.Import;

namespace KohyaPS.Engine.Tests.Configuration;

/// <summary>Every parameter of kohya_ss and sd-scripts stands in exactly one of three lists.</summary>
public sealed class ParameterWalkTests
{
    /// <summary>Settings without use before their feature arrives, from the list by which configurations are refused.</summary>
    private static readonly HashSet<string> LaterSettings = [.. AvailabilityRules.Later.SelectMany(feature => feature.Settings)];

    /// <summary>LyCORIS names of settings that other networks have too.</summary>
    private static readonly string[] LaterNames = ["use_cp"];

    private sealed record Parameter(string Name, string Scope, string? GuiKey, string? Default, string? GuiDefault);

    private static List<Parameter> Parameters() =>
    [
        .. from line in File.ReadLines(Path.Combine(GoldenRoot.Checkout, "tests", "KohyaPS.Engine.Tests", "Configuration", "Parameters.tsv")).Skip(1)
           let cells = line.Split('\t')
           select new Parameter(cells[0], cells[1], Cell(cells[2]), Cell(cells[3]), Cell(cells[4])),
    ];

    private static string? Cell(string text) => text switch { "-" => null, "''" => "", _ => text };

    private static Setting? SettingOf(string name) => SettingCatalogue.TryGet(name, out var setting) && setting.Key == name ? setting : null;

    private static bool IsLater(string name) =>
        LaterNames.Contains(name) || LaterSettings.Contains(name);

    private static bool IsImplemented(string name) => !IsLater(name) && (SettingOf(name) is not null || ForeignSettings.ReadAsOthers.ContainsKey(name));

    [Fact]
    public void Each_parameter_is_implemented_or_comes_later_or_cannot_apply_for_a_reason() => Assert.All(Parameters(), parameter =>
    {
        var lists = new[]
        {
            IsImplemented(parameter.Name) ? "implemented" : null,
            IsLater(parameter.Name) ? "later" : null,
            ForeignSettings.WithoutUse.ContainsKey(parameter.Name) ? "cannot apply" : null,
        };
        Assert.True(lists.OfType<string>().Count() == 1, $"{parameter.Name} stands in: {string.Join(", ", lists.OfType<string>())}");
    });

    [Fact]
    public void Only_samples_validation_and_LyCORIS_come_later() =>
        Assert.Equal([nameof(LoraConfig.Lycoris), nameof(LoraConfig.Sampling), nameof(LoraConfig.Validation)], LaterSettings.Select(key => SettingCatalogue.Get(key).Group).Distinct().Order());

    [Fact]
    public void What_comes_later_is_refused_with_that_sentence()
    {
        Assert.All(SettingCatalogue.All.Where(setting => LaterSettings.Contains(setting.Key)), setting =>
        {
            // What only shapes samples, validation or a LyCORIS network is refused together with what turns it on.
            var config = setting.Group switch
            {
                "Sampling" => new LoraConfig().With("SampleEveryNEpochs", 1),
                "Validation" => new LoraConfig().With("ValidationSplit", 0.1),
                "Lycoris" => new LoraConfig().With("NetworkModule", "lycoris.kohya"),
                _ => new LoraConfig(),
            };
            Assert.Contains(setting.Write(config, YamlConfigTests.Unlike(setting)).Validate(), problem => problem.Message.Contains("arrive with a later version", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Every_setting_that_others_have_is_one_of_their_parameters()
    {
        var names = Parameters().Select(parameter => parameter.Name).ToHashSet();
        string[] ours = ["tokenizer_path", "rank_dropout_scale", "compatibility", "optimizer_class", "base_storage", "memory_limit", "cache_format", "cache_dir"];
        Assert.Equal(ours.Order(), SettingCatalogue.All.Select(setting => setting.Key).Where(key => !names.Contains(key)).Order());
    }

    [Fact]
    public void Keys_of_the_gui_are_those_of_the_parameters() => Assert.All(Parameters().Where(parameter => SettingOf(parameter.Name) is not null), parameter =>
        Assert.Equal(parameter.GuiKey, SettingOf(parameter.Name)!.GuiKey));

    [Fact]
    public void Defaults_of_the_trainer_are_those_of_the_parameters()
    {
        // The trainer leaves these out and means the value given here; where it has none, ours holds.
        string[] implied = ["network_dim", "network_module", "optimizer_type", "max_token_length", "resolution", "output_name", "sdxl", "epoch", "conv_alpha", "unit", "cross_attention", "enable_all_linear", "enable_conv", "num_cpu_threads_per_process"];
        Assert.All(Parameters().Where(parameter => SettingOf(parameter.Name) is not null && !implied.Contains(parameter.Name)), parameter =>
        {
            var setting = SettingOf(parameter.Name)!;
            Assert.True(SettingText.Same(SettingText.Parse(setting, parameter.Default ?? ""), setting.TrainerDefault), $"{parameter.Name}: {parameter.Default} is not {SettingText.Format(setting.TrainerDefault)}");
        });
    }

    [Fact]
    public void Defaults_of_the_gui_are_those_of_the_parameters()
    {
        // Sliders that stand at an end for "not set", percentages, and fields that are read together with others.
        string[] readOtherwise = ["clip_skip", "max_timestep", "min_timestep", "lr_warmup_steps", "conv_dim", "conv_alpha", "unit", "multires_noise_discount", "lr_scheduler_num_cycles", "lr_scheduler_power", "log_with", "block_lr_zero_threshold", "noise_offset"];
        Assert.All(Parameters().Where(parameter => parameter.GuiKey is not null && SettingOf(parameter.Name) is not null && !readOtherwise.Contains(parameter.Name)), parameter =>
        {
            var setting = SettingOf(parameter.Name)!;
            var text = setting.IsNullable && parameter.GuiDefault is "0" or "0.0" ? "" : parameter.GuiDefault ?? "";
            Assert.True(SettingText.Same(SettingText.Parse(setting, text), setting.GuiDefault), $"{parameter.Name}: {parameter.GuiDefault} is not {SettingText.Format(setting.GuiDefault)}");
        });
    }
}
