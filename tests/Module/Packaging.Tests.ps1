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

    It 'installs from a plain folder repository' {
        $script = Join-Path $TestDrive 'install.ps1'
        Set-Content -LiteralPath $script -Value @"
`$ErrorActionPreference = 'Stop'
`$ProgressPreference = 'SilentlyContinue'
Register-PSResourceRepository -Name KohyaPSPack -Uri '$pack/repository-$runtime-cpu' -Trusted
Install-PSResource KohyaPS -Repository KohyaPSPack -Scope CurrentUser
Import-Module KohyaPS
(Get-Module KohyaPS).ModuleBase
"@
        $before = $env:HOME, $env:XDG_DATA_HOME, $env:XDG_CONFIG_HOME, $env:DOTNET_CLI_HOME
        try {
            # A user of its own: nothing of the person's modules or repositories is touched.
            $env:DOTNET_CLI_HOME ??= $HOME
            $modules, $env:PSModulePath = $env:PSModulePath, $null
            $env:XDG_DATA_HOME = $env:XDG_CONFIG_HOME = $null
            $env:HOME = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'home')).FullName
            $base = & dotnet pwsh -NoProfile -NonInteractive -File $script
        }
        finally {
            $env:HOME, $env:XDG_DATA_HOME, $env:XDG_CONFIG_HOME, $env:DOTNET_CLI_HOME = $before
            $env:PSModulePath = $modules
        }
        $base | Should -BeLike "$TestDrive*KohyaPS*"
    }
}
