using KohyaPS.Files;

namespace KohyaPS.Core.Tests.Files;

public sealed class PortableNameTests
{
    [Theory]
    [InlineData("dog_v1")]
    [InlineData("モデル ü")]
    [InlineData("console.v2")]
    [InlineData("COM10")]
    [InlineData("a.b.c")]
    public void Takes_names_that_every_system_takes(string name) => Assert.Null(PortableName.Problem(name));

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" ", "empty")]
    [InlineData("a/b", "contains /")]
    [InlineData("a:b", "contains :")]
    [InlineData("a\tb", "control")]
    [InlineData("dog.", "ends with a dot")]
    [InlineData("dog ", "blank")]
    [InlineData(" dog", "blank")]
    [InlineData("con", "device")]
    [InlineData("nul.txt", "device")]
    [InlineData("Lpt\u00b9.v1.safetensors", "device")]
    [InlineData("COM7 .x", "device")]
    public void Says_why_a_name_does_not_work(string name, string why) =>
        Assert.Contains(why, PortableName.Problem(name), StringComparison.Ordinal);

    [Fact]
    public void Leaves_room_for_the_suffixes_of_states() => Assert.NotNull(PortableName.Problem(new string('a', 201)));

    [Theory]
    [InlineData(@"C:\train\dog")]
    [InlineData("C:/train/../dog")]
    [InlineData(@"\\server\share\dog")]
    [InlineData(@"\\?\C:\con\dog. ")]
    [InlineData(@"..\dog")]
    [InlineData("./dog")]
    public void Takes_paths_that_mean_what_they_say(string path) => Assert.Null(PortableName.PathProblem(path));

    [Theory]
    [InlineData("C:dog", @"write C:\")]
    [InlineData("C:", @"write C:\")]
    [InlineData(@"C:\out\nul\dog", "device")]
    [InlineData(@"C:\out.\dog", "drops")]
    [InlineData("\"C:\\a b\"", "quotes")]
    [InlineData(@"out\do?g", "contains ?")]
    public void Says_why_a_path_means_something_else(string path, string why) =>
        Assert.Contains(why, PortableName.PathProblem(path), StringComparison.Ordinal);
}
