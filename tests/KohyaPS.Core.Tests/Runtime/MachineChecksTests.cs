using KohyaPS.Runtime;

namespace KohyaPS.Core.Tests.Runtime;

public sealed class MachineChecksTests
{
    [Fact]
    public void Reads_the_table_of_the_cards()
    {
        var cards = NvidiaCard.Parse("NVIDIA GeForce RTX 4090, 576.52, 8.9, 24564\nTesla P4, 535.104.05, 6.1, 7680\nno card\n");
        Assert.Equal(2, cards.Count);
        Assert.Equal(("NVIDIA GeForce RTX 4090", new Version(8, 9), 24564L << 20), (cards[0].Name, cards[0].ComputeCapability, cards[0].MemoryBytes));
        Assert.Equal(EnvironmentStatus.Ok, cards[0].Check().Status);
        Assert.Contains("driver 570", cards[1].Check().Cure, StringComparison.Ordinal);
        Assert.EndsWith("driver 580.65.06", NvidiaCard.Parse("NVIDIA L4, 580.65.06, 8.9, 23034").Single().Check().Value, StringComparison.Ordinal);
        Assert.Equal(EnvironmentStatus.Ok, (cards[0] with { ComputeCapability = new(7, 0) }).Check().Status);
        Assert.Contains("7.0", (cards[1] with { DriverVersion = new(580, 1) }).Check().Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_without_a_driver_the_processor_computes()
    {
        var check = Assert.Single(MachineChecks.Cards(null));
        Assert.Equal((EnvironmentStatus.Warning, "no NVIDIA driver found"), (check.Status, check.Value));
        Assert.Contains("Install-LoraRuntime", check.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void Has_a_cure_for_each_failure()
    {
        Assert.Contains("winget", MachineChecks.PowerShell(new(7, 4, 6)).Cure, StringComparison.Ordinal);
        Assert.Equal(EnvironmentStatus.Ok, MachineChecks.PowerShell(new(7, 6, 9)).Status);
        var runtime = MachineChecks.VisualCpp(library => library != "VCRUNTIME140_1.dll");
        Assert.Equal((EnvironmentStatus.Failed, "lacks VCRUNTIME140_1.dll"), (runtime.Status, runtime.Value));
        Assert.Equal(EnvironmentStatus.Warning, MachineChecks.Memory(4L << 30).Status);
        Assert.All(MachineChecks.Run(new(7, 6, 9), "."), check => Assert.Equal(check.Status == EnvironmentStatus.Ok, check.Cure.Length == 0));
    }
}
