using KohyaPS.Runtime;

namespace KohyaPS.Core.Tests.Runtime;

public sealed class ImportCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kohyaps-imports-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Is_content_when_every_name_is_offered_beside_or_by_Windows()
    {
        Write("engine.dll", [], ("Base.dll", ["add", "free"]), ("KERNEL32.dll", ["CloseHandle"]), ("api-ms-win-crt-heap-l1-1-0.dll", ["malloc"]), ("VCRUNTIME140.dll", ["memcpy"]));
        Write("base.dll", ["add", "free"]);
        var check = Check("engine.dll", "base.dll");
        Assert.Empty(check.Missing);
        Assert.Equal(2, check.CheckedNames);
        Assert.Equal(["VCRUNTIME140.dll"], check.VisualCppRuntime);
    }

    [Fact]
    public void Names_what_nobody_offers()
    {
        Write("engine.dll", [], ("base.dll", ["add", "??0AOTIModelPackageLoader@inductor@torch@@QEAA@XZ"]), ("uv.dll", ["uv_run"]));
        Write("base.dll", ["add"]);
        Assert.Equal(
            [new("engine.dll", "base.dll", "??0AOTIModelPackageLoader@inductor@torch@@QEAA@XZ"), new MissingImport("engine.dll", "uv.dll", "")],
            Check("engine.dll", "base.dll").Missing);
    }

    private ImportCheck Check(params string[] names) => ImportCheck.Run(folder, names);

    private void Write(string name, string[] exports, params (string, string[])[] imports) =>
        File.WriteAllBytes(Path.Combine(folder, name), new SmallLibrary(exports, imports, []).Bytes);
}
