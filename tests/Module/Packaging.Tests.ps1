BeforeAll {
    $root = Split-Path (Split-Path (Split-Path $env:KOHYAPS_MODULE))
}

Describe 'The natives for Windows' {
    # Nobody here can run Windows: its loader's question is asked of the tables instead.
    It 'fit each other: every imported name is exported by the library it is wanted from' {
        & dotnet build (Join-Path $root 'build/Natives') -p:NativeRid=win-x64 -v quiet -nologo -tl:off | Out-Host
        & dotnet build (Join-Path $root 'build/CheckImports') -v quiet -nologo -tl:off | Out-Host
        $natives = Join-Path $root 'artifacts/native/win-x64'
        $names = (Get-ChildItem -LiteralPath $natives -Filter '*.dll').Name
        $names | Should -Contain 'LibTorchSharp.dll'
        $said = @(& dotnet (Join-Path $root 'build/CheckImports/bin/Release/net10.0/CheckImports.dll') $natives @names)
        $LASTEXITCODE | Should -Be 0 -Because ($said -join "`n")
        $said[-1] | Should -Match '^[1-9]\d{3} imports compared, 0 missing; Visual C\+\+ runtime: MSVCP140\.dll, VCRUNTIME140\.dll, VCRUNTIME140_1\.dll$'
    }
}

Describe 'The packed module' -Tag 'Full' {
    BeforeAll {
        $runtime = $IsWindows ? 'win-x64' : 'linux-x64'
        & dotnet pwsh -NoProfile -File (Join-Path $root 'build.ps1') Pack -Runtime $runtime | Out-Host
        $pack = Join-Path $root 'artifacts/pack'
        $name = "KohyaPS-$((Import-PowerShellDataFile $env:KOHYAPS_MODULE).ModuleVersion)-$runtime-cpu"
    }

    It 'is whole: each file has the hash of the list' {
        $folder = Join-Path $TestDrive 'a [b] ü'
        [System.IO.Compression.ZipFile]::ExtractToDirectory((Join-Path $pack "$name.zip"), $folder)
        $module = Join-Path $folder 'KohyaPS'
        $sums = Get-Content -LiteralPath (Join-Path $module 'SHA256SUMS')
        $sums.Count | Should -Be ((Get-ChildItem -LiteralPath $module -Recurse -File).Count - 1)
        foreach ($line in $sums) {
            $hash, $file = $line -split '  ', 2
            (Get-FileHash -LiteralPath (Join-Path $module $file)).Hash | Should -Be $hash -Because $file
        }
    }

    It 'works from a folder with brackets and umlauts, without a NuGet cache' {
        $manifest = Join-Path $TestDrive 'a [b] ü' 'KohyaPS/KohyaPS.psd1'
        $script = Join-Path $TestDrive 'use.ps1'
        Set-Content -LiteralPath $script -Value @"
`$ErrorActionPreference = 'Stop'
`$env:NUGET_PACKAGES = '$TestDrive/empty'
Import-Module ([WildcardPattern]::Escape('$manifest'))
(New-LoraConfig -NetworkDim 4).Network.NetworkDim
"@
        & dotnet pwsh -NoProfile -NonInteractive -File $script | Should -Be '4'
    }

    It 'installs from a plain folder repository and shows the demo' {
        $script = Join-Path $TestDrive 'install.ps1'
        Set-Content -LiteralPath $script -Value @"
`$ErrorActionPreference = 'Stop'
`$ProgressPreference = 'SilentlyContinue'
Register-PSResourceRepository -Name KohyaPSPack -Uri '$pack/repository-$runtime-cpu' -Trusted
Install-PSResource KohyaPS -Repository KohyaPSPack -Scope CurrentUser
Import-Module KohyaPS
(Get-Module KohyaPS).ModuleBase
& (Join-Path (Get-Module KohyaPS).ModuleBase 'examples/Demo.ps1') -Steps 2 -OutputFolder '$TestDrive/shown'
"@
        $before = $env:HOME, $env:XDG_DATA_HOME, $env:XDG_CONFIG_HOME, $env:DOTNET_CLI_HOME
        try {
            # A user of its own: nothing of the person's modules or repositories is touched.
            $env:DOTNET_CLI_HOME ??= $HOME
            $modules, $env:PSModulePath = $env:PSModulePath, $null
            $env:XDG_DATA_HOME = $env:XDG_CONFIG_HOME = $null
            $env:HOME = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'home')).FullName
            $said = @(& dotnet pwsh -NoProfile -NonInteractive -File $script)
        }
        finally {
            $env:HOME, $env:XDG_DATA_HOME, $env:XDG_CONFIG_HOME, $env:DOTNET_CLI_HOME = $before
            $env:PSModulePath = $modules
        }
        $said[0] | Should -BeLike "$TestDrive*KohyaPS*"
        Test-Path -LiteralPath (Join-Path $TestDrive 'shown/before-after.png') | Should -BeTrue -Because ($said -join "`n")
    }
}

# The CUDA packages have 3 GB; what stands in for them has their names and their form: a head, a part, a file in pieces.
Describe 'The module packed with CUDA for <_>' -Tag 'Full' -ForEach 'win-x64', 'linux-x64' {
    BeforeAll {
        $runtime = $_
        $packages = (New-Item -ItemType Directory -Path (Join-Path $TestDrive "packages-$runtime") -Force).FullName
        $head = "libtorch-cuda-12.8-$runtime"
        $cpu = Join-Path $root "artifacts/native/$runtime"
        & dotnet build (Join-Path $root 'build/Natives') "-p:NativeRid=$runtime" -v quiet -nologo -tl:off | Out-Host

        function New-Package {
            param([string] $Suffix, [string[]] $Parts, [hashtable] $Files)

            $content = (New-Item -ItemType Directory -Path (Join-Path $TestDrive "content-$runtime$Suffix")).FullName
            $dependencies = $Parts | ForEach-Object { "<dependency id=""$head$_"" version=""[2.10.0]"" />" }
            Set-Content -LiteralPath (Join-Path $content "$head$Suffix.nuspec") -Value "<package><metadata><id>$head$Suffix</id><dependencies>$dependencies</dependencies></metadata></package>"
            foreach ($name in $Files.Keys) {
                $null = New-Item -ItemType Directory -Path (Split-Path (Join-Path $content $name)) -Force
                [System.IO.File]::WriteAllBytes((Join-Path $content $name), $Files[$name])
            }
            [System.IO.Compression.ZipFile]::CreateFromDirectory($content, (Join-Path $packages "$head$Suffix.2.10.0.nupkg"), 'Fastest', $false)
        }

        # A real library in the place of CUDA's, so that its tables can be read; it is cut in two.
        $names = $runtime -eq 'win-x64' ? @('libiomp5md.dll', 'c10.dll', 'torch_cpu.dll', 'c10_cuda.dll', 'torch_cuda.dll') : @('libc10.so', 'libtorch_cpu.so', 'libc10_cuda.so', 'libtorch.so', 'libtorch_cuda.so')
        $library = [System.IO.File]::ReadAllBytes((Join-Path $cpu ($runtime -eq 'win-x64' ? 'c10.dll' : 'libtorch.so')))
        $half = [int]($library.Length / 2)
        $hash = [System.Convert]::ToHexStringLower([System.Security.Cryptography.SHA256]::HashData($library))
        $whole = @{}
        foreach ($name in $names[0..3]) {
            $real = Join-Path $cpu $name
            $whole["runtimes/$runtime/native/$name"] = (Test-Path -LiteralPath $real) ? [System.IO.File]::ReadAllBytes($real) : $library
        }
        New-Package '' @('-part1', '-part2-primary', '-part2-fragment1') @{}
        New-Package '-part1' @() $whole
        New-Package '-part2-primary' @() @{ "runtimes/$runtime/native/$($names[4])" = $library[0..($half - 1)]; "runtimes/$runtime/native/$($names[4]).sha" = [System.Text.Encoding]::ASCII.GetBytes($hash) }
        New-Package '-part2-fragment1' @() @{ "fragments/$runtime/native/$($names[4]).fragment1" = $library[$half..($library.Length - 1)] }
        & dotnet pwsh -NoProfile -File (Join-Path $root 'build.ps1') Pack -Runtime $runtime -Backend Cuda -Source $packages | Out-Host
        $module = Join-Path $root "artifacts/pack/KohyaPS-$((Import-PowerShellDataFile $env:KOHYAPS_MODULE).ModuleVersion)-$runtime-cuda/KohyaPS"
    }

    AfterAll {
        # Nobody is to train with stand-ins.
        Remove-Item -Path (Join-Path $root "artifacts/pack/*$runtime-cuda*"), (Join-Path $root "artifacts/runtimes/cuda-*-$runtime") -Recurse
    }

    It 'holds the libraries of the packages, whole, and the bridge' {
        $bridge = $runtime -eq 'win-x64' ? 'LibTorchSharp.dll' : 'libLibTorchSharp.so'
        $managed = 'KohyaPS.Engine.dll', 'TorchSharp.dll', 'SixLabors.ImageSharp.dll', 'YamlDotNet.dll', 'Tomlyn.dll'
        (Get-ChildItem -LiteralPath (Join-Path $module 'lib')).Name | Sort-Object | Should -Be ($names + $bridge + $managed | Sort-Object)
        (Get-FileHash -LiteralPath (Join-Path $module "lib/$($names[4])")).Hash | Should -Be $hash
        (Get-Content -LiteralPath (Join-Path $module 'SHA256SUMS')) -like "*  lib/$bridge" | Should -Not -BeNullOrEmpty
    }
}
