using System.Diagnostics;

// dotnet run --project build/Run <Task> [more arguments]: brings PowerShell, the repository's local tool, and hands over to build.ps1.
// It is a program and no MSBuild target, so that the build writes straight to the terminal and Ctrl+C reaches it.
var root = Directory.GetCurrentDirectory();
while (!File.Exists(Path.Combine(root, "KohyaPS.sln")))
{
    root = Path.GetDirectoryName(root)
        ?? throw new DirectoryNotFoundException("KohyaPS.sln was not found here or above. Run this inside the checkout of KohyaPS.");
}

// The child decides what Ctrl+C means; this program only waits for it.
Console.CancelKeyPress += (_, e) => e.Cancel = true;

var restored = Run(root, "tool", "restore");
return restored != 0 ? restored : Run(root, ["tool", "run", "pwsh", "-NoProfile", "-File", Path.Combine(root, "build.ps1"), .. args]);

static int Run(string folder, params string[] arguments)
{
    Console.WriteLine($"> dotnet {string.Join(' ', arguments)}");
    using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, UseShellExecute = false })
        ?? throw new InvalidOperationException("The dotnet program did not start. Is the .NET 10 SDK on the PATH?");
    process.WaitForExit();
    return process.ExitCode;
}
