using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class HostileConfigTests
{
    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    public static TheoryData<string, string> Files => new()
    {
        { "a.toml", "a = " + Repeat("[", 100_000) },
        { "a.toml", "a = " + Repeat("{a=", 100_000) },
        { "a.toml", "a" + Repeat(".a", 100_000) + " = 1\n" },
        { "a.json", Repeat("{\"a\":", 100_000) },
        { "a.yaml", "a: " + Repeat("[", 100_000) },
        { "a.yaml", "a: " + Repeat("{a: ", 100_000) },
        { "a.yaml", Repeat("- ", 100_000) },
        { "a.yaml", "a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\n" },
        { "a.sh", "a=x\n" + Repeat("a=$a$a\n", 60) + "python train_network.py --seed $a" },
        { "a.bat", "set a=x\n" + Repeat("set a=%a%%a%\n", 60) + "python train_network.py --seed %a%" },
    };

    [Theory]
    [MemberData(nameof(Files), DisableDiscoveryEnumeration = true)]
    public void Files_that_would_grow_without_bounds_are_refused_by_name(string name, string text) =>
        Assert.StartsWith($"'{name}'", Assert.Throws<ConfigFormatException>(() => ConfigReader.Read(text, name, "/data")).Message, StringComparison.Ordinal);
}
