using KohyaPS.Core.Tests.Safetensors;
using KohyaPS.Files;

namespace KohyaPS.Core.Tests.Files;

public sealed class DiskTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    [Fact]
    public void An_open_file_is_refused_here_as_Windows_refuses_it()
    {
        var path = scratch.Write("a.txt", "old");
        using (File.OpenRead(path))
        {
            Assert.Throws<IOException>(() => AtomicFile.WriteText(path, "new"));
            Assert.Throws<IOException>(() => Disk.Remove(path));
            Assert.Throws<IOException>(() => Disk.Remove(scratch.Path));
        }
        WindowsFiles.Forgive(scratch.Path);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(scratch.Path));
        AtomicFile.WriteText(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_mapped_file_is_refused_here_as_Windows_refuses_it()
    {
        var path = scratch.Write("a.bin", "old");
        var stream = File.OpenRead(path);
        using (var mapping = System.IO.MemoryMappedFiles.MemoryMappedFile.CreateFromFile(stream, null, 0, System.IO.MemoryMappedFiles.MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true))
        using (mapping.CreateViewAccessor(0, 0, System.IO.MemoryMappedFiles.MemoryMappedFileAccess.Read))
        {
            stream.Dispose();
            Assert.Throws<IOException>(() => Disk.Move(path, path + "2"));
        }
        WindowsFiles.Forgive(scratch.Path);
        Disk.Move(path, path + "2");
    }

    [Fact]
    public void A_file_that_is_open_for_a_moment_only_is_waited_for()
    {
        var path = scratch.Write("a.txt", "old");
        var scanner = File.OpenRead(path);
        var end = new Thread(() =>
        {
            Thread.Sleep(15);
            scanner.Dispose();
        });
        end.Start();
        Disk.Remove(path);
        end.Join();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_folder_goes_with_what_is_read_only_in_it_and_without_what_a_link_leads_to()
    {
        var kept = scratch.Write("kept.txt", "x");
        var inside = Path.Combine(Directory.CreateDirectory(scratch.File("folder/inner")).FullName, "a.txt");
        File.WriteAllText(inside, "x");
        foreach (var path in (string[])[kept, inside])
            File.SetAttributes(path, FileAttributes.ReadOnly);
        if (OperatingSystem.IsLinux())
            File.CreateSymbolicLink(scratch.File("folder/link.txt"), kept);
        Disk.Remove(scratch.File("folder"));
        Assert.Equal([kept], Directory.EnumerateFileSystemEntries(scratch.Path));
        Assert.True(new FileInfo(kept).IsReadOnly);
        File.SetAttributes(kept, FileAttributes.Normal);
    }

    [Fact]
    public void A_replacement_that_fails_leaves_the_old_folder()
    {
        Directory.CreateDirectory(scratch.File("target"));
        Assert.Throws<FileNotFoundException>(() => Disk.Replace(scratch.File("missing"), scratch.File("target"), scratch.File("aside")));
        Assert.Equal([scratch.File("target")], Directory.EnumerateFileSystemEntries(scratch.Path));
    }

    [Fact]
    public void What_is_not_there_is_removed_already() => Disk.Remove(scratch.File("no/such.txt"));

    public void Dispose() => scratch.Dispose();
}
