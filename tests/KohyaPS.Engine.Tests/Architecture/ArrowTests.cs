using System.Reflection;
using KohyaPS.Conformance;
using KohyaPS.Engine.Runtime;

namespace KohyaPS.Engine.Tests.Architecture;

/// <summary>Holds the arrows of docs/architecture.md.</summary>
public sealed class ArrowTests
{
    private static readonly Assembly engine = typeof(NativeLibraries).Assembly;
    private static readonly Assembly core = typeof(TrainingException).Assembly;

    /// <summary>What a part of the engine must not know.</summary>
    public static TheoryData<string, string[]> Forbidden => new()
    {
        { "Runtime", ["Checkpoints", "Models", "Networks", "Training", "Diffusion", "Tokenization", "Imaging", "Caching", "Configuration", "Reports"] },
        { "Checkpoints", ["Models", "Networks", "Training", "Diffusion", "Caching", "Configuration", "Reports"] },
        { "Models", ["Networks", "Training", "Caching", "Configuration", "Reports"] },
        { "Networks", ["Training", "Caching", "Configuration", "Reports"] },
        { "Sampling", ["Training", "Configuration", "Reports"] },
        { "Diffusion", ["Training", "Networks", "Caching", "Configuration"] },
        { "Tokenization", ["Training", "Networks", "Models", "Caching", "Configuration"] },
        { "Imaging", ["Training", "Networks", "Models", "Caching", "Configuration"] },
        { "Caching", ["Training", "Networks", "Configuration"] },
        { "Configuration", ["Training", "Networks", "Models", "Caching", "Diffusion"] },
        // An objective is composed from numbers; it never sees a config file.
        { "Training.Objectives", ["Configuration"] },
    };

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void A_part_of_the_engine_knows_only_what_lies_below_it(string part, string[] forbidden)
    {
        var broken =
            from type in engine.GetTypes()
            where IsIn(type, part)
            from mentioned in TypeReferences.Of(type)
            from other in forbidden
            where IsIn(mentioned, other)
            select $"{type.FullName} mentions {mentioned.FullName}";
        Assert.Empty(broken.Distinct());
    }

    [Fact]
    public void Core_references_nothing_but_dotnet() =>
        Assert.All(core.GetReferencedAssemblies(), name => Assert.Matches(@"^(System|Microsoft\.Win32)\.", name.Name));

    [Fact]
    public void The_engine_knows_neither_the_cmdlets_nor_PowerShell() =>
        Assert.DoesNotContain(engine.GetReferencedAssemblies(), name => name.Name is "KohyaPS.Commands" or "System.Management.Automation");

    [Fact]
    public void Core_types_that_users_name_live_in_one_namespace_and_plumbing_below_it() =>
        Assert.All(core.GetExportedTypes(), type => Assert.StartsWith("KohyaPS", type.Namespace, StringComparison.Ordinal));

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var tooLong = SourceText.Files().Select(file => (Name: file, Lines: File.ReadLines(Path.Combine(GoldenRoot.Checkout, file)).Count())).Where(file => file.Lines > 400);
        Assert.Empty(tooLong);
    }

    // Disk asks Windows' question; whoever goes past it would be refused on Windows only.
    [Fact]
    public void Files_are_overwritten_moved_and_removed_in_one_place_only() =>
        Assert.Equal(["Disk.cs"], SourceText.Where(@"\b(File|Directory)\.(Delete|Move|Replace|WriteAll|AppendAll|Create\(|CreateText)|FileMode\.(Create|Truncate)\b|\bnew StreamWriter\("));

    [Fact]
    public void No_folder_is_a_drawer_for_anything()
    {
        string[] drawers = ["Utils", "Util", "Helpers", "Common", "Misc"];
        Assert.DoesNotContain(SourceText.Files().SelectMany(file => file.Split('/', '\\')), part => drawers.Contains(part, StringComparer.OrdinalIgnoreCase));
    }

    private static bool IsIn(Type type, string part)
    {
        var full = "KohyaPS.Engine." + part;
        return type.Namespace is { } name && (name == full || name.StartsWith(full + ".", StringComparison.Ordinal));
    }
}
