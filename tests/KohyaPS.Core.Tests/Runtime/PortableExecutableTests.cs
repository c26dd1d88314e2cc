using KohyaPS.Runtime;

namespace KohyaPS.Core.Tests.Runtime;

public sealed class PortableExecutableTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Reads_what_a_library_offers_and_needs()
    {
        var library = Read(Sample().Bytes);
        Assert.Equal(["?add@c10@@YAHH@Z", "multiply"], library.Exports);
        Assert.Equal(["c10.dll", "WS2_32.dll", "nvrtc.dll"], library.Imports.Select(i => i.Library));
        Assert.Equal(["?get@DataPtr@c10@@QEBAPEAXXZ", "free"], library.Imports[0].Names);
        Assert.Equal(["#115"], library.Imports[1].Names);
        Assert.Equal([false, false, true], library.Imports.Select(i => i.IsDelayed));
    }

    [Fact]
    public void Refuses_a_file_cut_off_anywhere_with_a_sentence()
    {
        var whole = Sample().Bytes;
        // The tables end long before the file does; what is cut behind them may be missing.
        for (var length = 0; length < 0x290; length += 7)
            Assert.Throws<InvalidDataException>(() => Read(whole[..length]));
    }

    [Fact]
    public void Believes_no_absurd_count()
    {
        var sample = Sample();
        sample.Bytes.AsSpan(sample.ExportCountOffset, 4).Fill(0xff);
        Assert.Throws<InvalidDataException>(() => Read(sample.Bytes));
    }

    [Fact]
    public void Never_fails_in_another_way_on_damaged_bytes()
    {
        var sample = Sample().Bytes;
        for (var i = 0; i < 0x400; i++)
        {
            var damaged = sample.ToArray();
            damaged[i] ^= 0xff;
            try
            {
                Read(damaged);
            }
            catch (InvalidDataException)
            {
                // Refused with a sentence, which is one of the two right outcomes.
            }
        }
    }

    private static SmallLibrary Sample() => new(
        ["?add@c10@@YAHH@Z", "multiply"],
        [("c10.dll", ["?get@DataPtr@c10@@QEBAPEAXXZ", "free"]), ("WS2_32.dll", ["#115"])],
        [("nvrtc.dll", ["nvrtcVersion"])]);

    private PortableExecutable Read(byte[] bytes)
    {
        File.WriteAllBytes(file, bytes);
        return PortableExecutable.Read(file);
    }
}
