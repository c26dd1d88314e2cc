using KohyaPS.Runtime;

namespace KohyaPS.Core.Tests.Runtime;

public sealed class NativeLoadFailureTests
{
    [Theory]
    [InlineData("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by libLibTorchSharp.so)", "GLIBC_2.34", "Debian 12")]
    [InlineData("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by x)", "GLIBCXX_3.4.32", "libstdc++6")]
    [InlineData("Unable to load DLL 'c10.dll' or one of its dependencies: Das angegebene Modul wurde nicht gefunden. (0x8007007E)", "Visual C++", "winget")]
    [InlineData("Unable to load DLL 'LibTorchSharp.dll': The specified procedure could not be found. (0x8007007F)", "different versions", "again")]
    [InlineData("An attempt was made to load a program with an incorrect format. (0x800700C1)", "damaged", "again")]
    [InlineData("libtorch_cpu.so: file too short", "damaged", "again")]
    [InlineData("Error loading shared library ld-linux-x86-64.so.2: No such file or directory", "musl", "Debian 12")]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory", "not found", "packages")]
    public void Says_why_a_library_does_not_load_and_what_to_do(string loader, string why, string cure)
    {
        var message = NativeLoadFailure.Explain("/m/lib/x.so", loader, []);
        Assert.Contains("/m/lib/x.so", message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.Contains(cure, message, StringComparison.Ordinal);
        Assert.Contains(loader, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_missing_parts_of_the_Visual_Cpp_runtime()
    {
        var message = NativeLoadFailure.Explain(@"C:\m\lib\c10.dll", "(0x8007007E)", ["VCRUNTIME140_1.dll", "MSVCP140.dll"]);
        Assert.Contains("VCRUNTIME140_1.dll, MSVCP140.dll", message, StringComparison.Ordinal);
        Assert.Contains("winget install Microsoft.VCRedist.2015+.x64", message, StringComparison.Ordinal);
    }
}
