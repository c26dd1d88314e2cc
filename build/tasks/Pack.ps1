# The terms of everything that the module carries: what the packages hold, and the texts that some only name.
function Copy-License {
    param([hashtable] $Settings, [string] $Packages, [string] $Libtorch, [string] $Target)

    $null = New-Item -ItemType Directory -Path $Target -Force
    Get-ChildItem -LiteralPath (Join-Path $Settings.Root 'build/licenses') -File | Copy-Item -Destination $Target
    Copy-Item -Path (Join-Path $Packages 'torchsharp/*/LICENSE.txt') -Destination (Join-Path $Target 'TorchSharp-MIT.txt')
    Copy-Item -LiteralPath (Join-Path $Packages "libtorch-cpu-$($Settings.Runtime)/$Libtorch/LICENSE-LIBTORCH.txt") -Destination $Target
}

# Would Windows load these files? The tables say so on any system.
function Test-Import {
    param([hashtable] $Settings, [string] $Folder)

    Invoke-Dotnet build, (Join-Path $Settings.Root 'build/CheckImports'), '-v', 'quiet', '-nologo', '-tl:off'
    $names = Get-ChildItem -LiteralPath $Folder -Filter '*.dll' | ForEach-Object Name
    & dotnet (Join-Path $Settings.Root 'build/CheckImports/bin/Release/net10.0/CheckImports.dll') $Folder @names | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "Windows would not load the natives in '$Folder': the missing names stand above. Pin versions that fit each other (build/StageNatives/PinnedFiles.cs)."
    }
}

# The folder with the natives to pack: staged from the CPU packages, or installed from the CUDA packages of a NuGet source.
function Get-PackedNative {
    param([hashtable] $Settings)

    if ($Settings.Backend -eq 'Cpu') {
        Invoke-Dotnet build, (Join-Path $Settings.Root 'build/Natives'), "-p:NativeRid=$($Settings.Runtime)", '-v', 'quiet', '-nologo', '-tl:off'
        return Join-Path $Settings.Root "artifacts/native/$($Settings.Runtime)"
    }
    Import-Module $Settings.Module
    $arguments = @{ Runtime = $Settings.Runtime; Destination = Join-Path $Settings.Root 'artifacts/runtimes' }
    if ($Settings.Source) {
        $arguments.Source = $Settings.Source
    }
    (Install-LoraRuntime @arguments).Path
}

function Invoke-PackTask {
    param([hashtable] $Settings)

    $null = Invoke-BuildTask $Settings
    $manifest = Import-PowerShellDataFile -LiteralPath $Settings.Module
    $name = "KohyaPS-$($manifest.ModuleVersion)-$($Settings.Runtime)-$($Settings.Backend.ToLowerInvariant())"
    $target = Join-Path $Settings.Root "artifacts/pack/$name"
    if (Test-Path -LiteralPath $target) {
        Remove-Item -LiteralPath $target -Recurse -Force
    }
    $module = Join-Path $target 'KohyaPS'
    $source = Split-Path $Settings.Module
    $natives = Get-PackedNative $Settings
    $null = New-Item -ItemType Directory -Path (Join-Path $module 'lib') -Force

    # Everything of the module but the natives of the system that we build on: managed libraries are the same everywhere.
    Get-ChildItem -LiteralPath $source -Exclude 'lib' | Copy-Item -Destination $module -Recurse
    $managed = 'KohyaPS.Engine', 'TorchSharp', 'SixLabors.ImageSharp', 'YamlDotNet', 'Tomlyn'
    $managed | ForEach-Object { Copy-Item -LiteralPath (Join-Path $source "lib/$_.dll") -Destination (Join-Path $module 'lib') }
    Get-ChildItem -LiteralPath $natives -File | Where-Object { $_.Name -notlike '.*' -and $_.Name -ne 'runtime.json' } |
        Copy-Item -Destination (Join-Path $module 'lib')
    # The demo: Test-LoraEnvironment -Gpu trains its small model, too.
    $null = New-Item -ItemType Directory -Path (Join-Path $module 'examples/demo') -Force
    'Demo.ps1', 'demo/mini-sd.safetensors', 'demo/mini-sd.config.json', 'demo/robot.yaml', 'demo/pictures' |
        ForEach-Object { Copy-Item -LiteralPath (Join-Path $Settings.Root "examples/$_") -Destination (Split-Path (Join-Path $module "examples/$_")) -Recurse }
    if ($Settings.Runtime -eq 'win-x64') {
        Test-Import $Settings $natives
    }

    Copy-Item -LiteralPath (Join-Path $Settings.Root 'THIRD-PARTY-NOTICES.md') -Destination $module
    $project = Join-Path $Settings.Root "build/Natives"
    $packages = & dotnet msbuild $project "-p:NativeRid=$($Settings.Runtime)" -getProperty:NuGetPackageRoot
    $libtorch = & dotnet msbuild $project "-p:NativeRid=$($Settings.Runtime)" -getProperty:LibtorchVersion
    Copy-License $Settings $packages $libtorch (Join-Path $module 'licenses')

    # One line a file, as sha256sum -c reads it.
    $files = Get-ChildItem -LiteralPath $module -Recurse -File | Sort-Object FullName
    $sums = $files | ForEach-Object {
        "$((Get-FileHash -LiteralPath $_.FullName).Hash.ToLowerInvariant())  $([System.IO.Path]::GetRelativePath($module, $_.FullName).Replace('\', '/'))"
    }
    Set-Content -LiteralPath (Join-Path $module 'SHA256SUMS') -Value ($sums -join "`n")
    $size = ($files | Measure-Object Length -Sum).Sum

    $zip = "$target.zip"
    Remove-Item -LiteralPath $zip -ErrorAction Ignore
    [System.IO.Compression.ZipFile]::CreateFromDirectory($target, $zip, [System.IO.Compression.CompressionLevel]::Optimal, $false)
    "$((Get-FileHash -LiteralPath $zip).Hash.ToLowerInvariant())  $name.zip" | Set-Content -LiteralPath "$zip.sha256"

    # The same module as a package, for Install-PSResource from a plain folder.
    $repository = Join-Path $Settings.Root "artifacts/pack/repository-$($Settings.Runtime)-$($Settings.Backend.ToLowerInvariant())"
    $null = New-Item -ItemType Directory -Path $repository -Force
    Remove-Item -Path (Join-Path $repository '*.nupkg')
    Compress-PSResource -Path $module -DestinationPath $repository -SkipModuleManifestValidate
    Write-Host ('{0}: {1:N0} MB unpacked, {2:N0} MB as zip' -f $name, ($size / 1MB), ((Get-Item -LiteralPath $zip).Length / 1MB))
    Write-Host "  $zip"
    Write-Host "  $repository"
    0
}
