using KohyaPS.Core.Tests.Files;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Tests.Training;
using KohyaPS.Safetensors;

namespace KohyaPS.Engine.Tests.Files;

/// <summary>Trainings and tools where files of the same name are there already, open or not, on a system that replaces no open file (<see cref="WindowsFiles"/>).</summary>
public sealed class HeldFileTests : IDisposable
{
    private readonly SmallTraining small = new();
    private readonly List<string> warnings = [];
    private SafetensorsFile? held;

    [Theory]
    [InlineData("network_weights", false)]
    [InlineData("network_weights", true)]
    [InlineData("base_weights", false)]
    public void A_network_is_replaced_by_the_training_that_started_from_it(string setting, bool usesItsRanks)
    {
        var first = Train();
        var second = Train((setting, first.NetworkPath), ("dim_from_weights", usesItsRanks));
        Assert.Equal(first.NetworkPath, second.NetworkPath);
        Assert.Equal(2, second.Steps);
    }

    [Fact]
    public void A_state_is_replaced_by_the_training_that_resumed_it()
    {
        var first = Train(("save_state", true));
        var second = Train(("save_state", true), ("resume", first.State!.Path), ("max_train_steps", 3));
        Assert.Equal((first.State.Path, 3), (second.State!.Path, second.State.Step));
    }

    [Fact]
    public void Caches_are_replaced_when_the_pictures_change()
    {
        Train(("cache_latents_to_disk", true));
        small.Picture("train/img/1_shs robot/a.png", 60, width: 100, height: 100);
        Train(("cache_latents_to_disk", true));
    }

    [Fact]
    public void A_network_whose_name_is_held_by_another_program_is_saved_beside_it()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows() || OperatingSystem.IsLinux(), "Only these have a way to refuse.");
        var first = Train(("save_state", true));
        using var shown = SafetensorsFile.Open(first.NetworkPath!);
        using var read = File.OpenRead(Path.Combine(first.State!.Path, "state.json"));
        var second = Train(("save_state", true));
        WindowsFiles.Forgive(small.Root);
        Assert.Equal(small.At($"out/last-{second.RunId}.safetensors"), second.NetworkPath);
        Assert.Equal(small.At($"out/last-state-{second.RunId}"), second.State!.Path);
        Assert.Equal(2, warnings.Count(warning => warning.Contains("Close the program that uses the old one", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_old_network_that_is_held_stays_with_a_warning()
    {
        Train(
            e =>
            {
                if (e is NetworkSaved { Step: 1 } saved)
                    held = SafetensorsFile.Open(saved.Path);
            },
            ("save_every_n_steps", 1), ("save_last_n_steps", 1), ("max_train_steps", 3));
        held!.Dispose();
        WindowsFiles.Forgive(small.Root);
        Assert.Contains(warnings, warning => warning.Contains("could not be removed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_that_was_read_is_replaced_by_another_form_of_itself()
    {
        var model = Path.Combine(KohyaPS.Conformance.GoldenRoot.Checkout, "examples", "demo", "mini-sd.safetensors");
        for (var i = 0; i < 2; i++)
        {
            ModelConversion.Run(new(model, small.At("folder")), TestContext.Current.CancellationToken);
            ModelConversion.Run(new(small.At("folder"), small.At("file.safetensors")), TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        held?.Dispose();
        small.Dispose();
    }

    private TrainingResult Train(params (string, object?)[] settings) => Train(_ => { }, settings);

    private TrainingResult Train(Action<TrainingEvent> listen, params (string, object?)[] settings)
    {
        var result = SmallTraining.Run(small.Config([("output_dir", small.At("out")), ("output_name", "last"), ("max_train_steps", 2), .. settings]), e =>
        {
            listen(e);
            if (e is TrainingWarning warning)
                warnings.Add(warning.Message);
        });
        Assert.True(result.Succeeded, result.Message);
        return result;
    }
}
