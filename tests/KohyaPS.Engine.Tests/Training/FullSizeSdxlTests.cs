using KohyaPS.Conformance;
using KohyaPS.Conformance.Models;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>A step of the real sizes of SDXL, with weights by the goldens' formula; in the full run only.</summary>
public sealed class FullSizeSdxlTests
{
    private const long Gibibyte = 1L << 30;

    [Fact]
    public void A_step_at_512_fits_in_20_GiB_and_one_byte_a_number_changes_its_loss_little()
    {
        if (!GoldenRoot.IsFullRun || !File.Exists(Path.Combine(GoldenRoot.Path, "models", "full", "sdxl.keys.json.gz")))
            Assert.Skip("full-size; runs with -Full");
        using var training = new SmallTraining(withPictures: false);
        training.Picture("train/img/1_robot/a.png", 10, width: 512, height: 512);
        training.Text("train/img/1_robot/a.txt", "a robot");
        ProceduralCheckpoint.Write("sdxl", training.At("sdxl.safetensors"));
        SmallTraining.Outcome Step(string storage) => training.Train(
            ("pretrained_model_name_or_path", training.At("sdxl.safetensors")), ("resolution", "512,512"), ("max_bucket_reso", 1024), ("network_train_unet_only", true),
            ("network_dim", 16), ("max_train_steps", 1), ("seed", 1), ("gradient_checkpointing", true), ("base_storage", storage));
        // The smaller one first: a peak is that of the whole process.
        var packed = Step("int8");
        var full = Step("full");
        Assert.InRange(full.Result.PeakMemoryBytes, 1, 20 * Gibibyte);
        Assert.InRange(packed.Losses[0] / full.Losses[0], 0.98, 1.02);
    }
}
