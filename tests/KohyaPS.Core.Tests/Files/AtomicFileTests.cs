using KohyaPS.Files;

namespace KohyaPS.Core.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("kohyaps-file-").FullName;

    [Fact]
    public void A_failing_writer_leaves_the_old_file_and_nothing_beside_it()
    {
        var path = Path.Combine(root, "a.txt");
        AtomicFile.WriteText(path, "old");
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("disk full");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(root));
    }

    [Fact]
    public void A_folder_in_the_way_is_named()
    {
        var path = Directory.CreateDirectory(Path.Combine(root, "a.txt")).FullName;
        Assert.Contains("is a folder", Assert.Throws<DestinationException>(() => AtomicFile.WriteText(path, "x")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
