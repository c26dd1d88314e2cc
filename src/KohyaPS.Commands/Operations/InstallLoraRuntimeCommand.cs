using System.Management.Automation;
using System.Net;
using KohyaPS.Runtime;
using KohyaPS.Runtime.Packages;

namespace KohyaPS.Commands;

/// <summary>Installs the libraries for NVIDIA graphics cards (libtorch with CUDA 12.8) for this user.</summary>
/// <remarks>
/// <para>The module computes on the processor as it comes. This command brings the CUDA build of the same libtorch: about 3 GB to download, 5 GB on
/// disk, no administrator needed. The next PowerShell that trains uses it where NVIDIA's driver is present (570 or later); the variable
/// KOHYAPS_BACKEND=Cpu goes back to the processor.</para>
/// <para>The packages come from a NuGet source or from a plain folder. A broken download goes on where it stopped. Sizes, checksums and the hashes
/// that the packages state are compared, and on Windows every function that the libraries want of each other is looked up, before the runtime
/// is put in place. Versions live side by side; an unfinished installation is never used.</para>
/// </remarks>
/// <example>
/// <code>Install-LoraRuntime</code>
/// Installs from the package source that this user's NuGet is set up with.
/// </example>
/// <example>
/// <code>Install-LoraRuntime -Source D:\packages -WhatIf</code>
/// Says what would be installed from a folder with downloaded packages, for instance on a machine without internet.
/// </example>
/// <example>
/// <code>Install-LoraRuntime -Proxy http://proxy:8080 -ProxyCredential (Get-Credential)</code>
/// Downloads through a proxy that asks for a name and a password.
/// </example>
/// <seealso cref="TestLoraEnvironmentCommand"/>
[Cmdlet(VerbsLifecycle.Install, "LoraRuntime", SupportsShouldProcess = true)]
[OutputType(typeof(LoraRuntime))]
public sealed class InstallLoraRuntimeCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();

    /// <summary>A NuGet service index (an address that ends in index.json) or a folder with .nupkg files. Not given: the first source in this user's NuGet settings.</summary>
    [Parameter(Position = 0)]
    public string? Source { get; set; }

    /// <summary>The folder that gets one folder a runtime. Not given: KohyaPS/runtimes in the user's local application data, where trainings look.</summary>
    [Parameter]
    public string? Destination { get; set; }

    /// <summary>The system to install for: win-x64 or linux-x64. Not given: this one.</summary>
    [Parameter]
    [ValidateSet("win-x64", "linux-x64")]
    public string? Runtime { get; set; }

    /// <summary>The proxy to connect through. Not given: the one that the system is set up with.</summary>
    [Parameter]
    public Uri? Proxy { get; set; }

    /// <summary>Name and password for the proxy.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Name and password for the source.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Installs again even when the runtime is there and whole.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var progress = new CountedProgress(this, "Installing the CUDA runtime");
        try
        {
            var rid = Runtime ?? NativeFileSet.CurrentRid ?? throw new TrainingException(TrainingExitCode.Environment, "There is no libtorch for this system. Pass -Runtime win-x64 or linux-x64.");
            var source = OpenSource();
            using var disposable = source as IDisposable;
            var installer = new RuntimeInstaller
            {
                Source = source,
                Root = Destination is null ? InstalledRuntimes.DefaultRoot : GetUnresolvedProviderPathFromPSPath(Destination),
                Rid = rid,
                BridgeFolder = BridgeFolder(rid),
                Report = done => progress.Show(done.DoneBytes, done.TotalBytes, () => $"{done.Activity}: {done.DoneBytes >> 20} of {done.TotalBytes >> 20} MB"),
            };
            if (installer.IsInstalled && !Force)
            {
                WriteVerbose($"'{installer.Target}' is there and whole; -Force installs it again.");
                WriteObject(Describe(installer.Target));
            }
            else if (ShouldProcess(installer.Target, $"Install {installer.Head} from '{source.Name}'"))
            {
                installer.Install(stop.Token);
                WriteObject(Describe(installer.Target));
            }
        }
        catch (Exception e) when (e is TrainingException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            ThrowTerminatingError(new ErrorRecord(e, "RuntimeNotInstalled", ErrorCategory.ResourceUnavailable, Source));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: what was downloaded is kept, and the next run goes on.
        }
        finally
        {
            progress.Complete();
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    private IPackageSource OpenSource()
    {
        var named = Source ?? NuGetConfiguration.UserFiles().SelectMany(NuGetConfiguration.Sources).FirstOrDefault()
            ?? throw new TrainingException(TrainingExitCode.Environment, "This user's NuGet knows no package source. Pass -Source with the address of a NuGet service index (it ends in index.json), or with a folder that holds the packages.");
        if (Uri.TryCreate(named, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return new HttpPackageSource(address!, Handler());
        var folder = GetUnresolvedProviderPathFromPSPath(named);
        return Directory.Exists(folder)
            ? new FolderPackageSource(folder)
            : throw new TrainingException(TrainingExitCode.Environment, $"There is no folder '{folder}'. -Source is a folder with .nupkg files, or the address of a NuGet service index.");
    }

    private HttpClientHandler Handler()
    {
        var handler = new HttpClientHandler { Credentials = Credential?.GetNetworkCredential() };
        if (Proxy is not null)
            handler.Proxy = new WebProxy(Proxy) { Credentials = ProxyCredential?.GetNetworkCredential() };
        else if (ProxyCredential is not null)
            handler.DefaultProxyCredentials = ProxyCredential.GetNetworkCredential();
        return handler;
    }

    // The bridge of this module fits its TorchSharp. Packing for another system takes it from the staged natives of that system.
    private static string BridgeFolder(string rid)
    {
        var bin = Path.GetDirectoryName(typeof(InstallLoraRuntimeCommand).Assembly.Location)!;
        var bridge = NativeFileSet.For(rid, NativeBackend.Cuda).Bridge;
        var candidates = new[] { Path.Combine(bin, "..", "lib"), Path.Combine(bin, "..", "..", "..", "artifacts", "native", rid) };
        return candidates.FirstOrDefault(folder => File.Exists(Path.Combine(folder, bridge)))
            ?? throw new TrainingException(TrainingExitCode.Environment, $"This module has no {bridge}, the bridge for {rid}. Use the module packed for {rid}.");
    }

    private static LoraRuntime Describe(string folder)
    {
        var manifest = RuntimeManifest.Read(folder)!;
        return new()
        {
            Backend = manifest.Backend.ToString(),
            Version = manifest.Version,
            Runtime = manifest.Rid,
            Path = folder,
            SizeBytes = manifest.Files.Sum(file => file.SizeBytes),
            FileCount = manifest.Files.Count,
            Source = manifest.Source,
        };
    }
}
