# The module beside others, imported often, in many runspaces: what other modules were reported for.
BeforeAll {
    function Invoke-Fresh {
        param([string] $Body)

        $script = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
        Set-Content -LiteralPath $script -Value "`$ErrorActionPreference = 'Stop'`n`$module = '$env:KOHYAPS_MODULE'`n`$work = '$TestDrive'`n$Body"
        (& dotnet pwsh -NoProfile -NonInteractive -File $script) -join "`n"
    }

    Set-Content -LiteralPath (Join-Path $TestDrive 'dog.yaml') -Value 'network_dim: 7'
}

Describe 'The module beside others' {
    It 'works when another module brought other versions of its packages: <Order>' -ForEach @(
        @{ Order = 'theirs first' }
        @{ Order = 'ours first' }
    ) {
        $theirs = @'
foreach ($name in 'YamlDotNet', 'Tomlyn', 'TorchSharp', 'SixLabors.ImageSharp') {
    $folder = New-Item -ItemType Directory -Path (Join-Path $work "fake-$([guid]::NewGuid())")
    Add-Type -TypeDefinition "namespace Other$($name.Replace('.', '')) { public class Thing { } }" -OutputAssembly (Join-Path $folder "$name.dll")
    $null = [System.Reflection.Assembly]::LoadFrom((Join-Path $folder "$name.dll"))
}
'@
        $ours = 'Import-Module $module'
        $use = '(Import-LoraConfig -LiteralPath (Join-Path $work "dog.yaml")).Network.NetworkDim'
        $lines = $Order -eq 'theirs first' ? @($theirs, $ours, $use) : @($ours, $theirs, $use)
        Invoke-Fresh ($lines -join "`n") | Should -Be '7'
    }

    It 'keeps the engine and its packages out of the default context' {
        Invoke-Fresh @'
Import-Module $module
$null = Import-LoraConfig -LiteralPath (Join-Path $work 'dog.yaml')
[System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { $_.GetName().Name } |
    Where-Object { $_ -match '^(KohyaPS\.Engine|YamlDotNet|Tomlyn|TorchSharp|SixLabors)' }
'@ | Should -BeNullOrEmpty
    }

    It 'can be imported again and again, and removed' {
        Invoke-Fresh @'
1..3 | ForEach-Object { Import-Module $module -Force; $null = Import-LoraConfig -LiteralPath (Join-Path $work 'dog.yaml') }
Remove-Module KohyaPS
Import-Module $module
(Import-LoraConfig -LiteralPath (Join-Path $work 'dog.yaml')).Network.NetworkDim
'@ | Should -Be '7'
    }

    It 'works in many runspaces at a time' {
        Invoke-Fresh @'
$dims = 1..12 | ForEach-Object -Parallel {
    Import-Module $using:module
    (Import-LoraConfig -LiteralPath (Join-Path $using:work 'dog.yaml')).Network.NetworkDim
    Remove-Module KohyaPS
} -ThrottleLimit 4
$dims -join ''
'@ | Should -Be '777777777777'
    }

    It 'offers its types by name right after the import' {
        Invoke-Fresh 'Import-Module $module; [KohyaPS.LoraConfig].FullName' | Should -Be 'KohyaPS.LoraConfig'
    }

    It 'works in a thread job and in a job of its own' {
        Invoke-Fresh @'
$body = { Import-Module $using:module; (New-LoraConfig -NetworkDim 5).Network.NetworkDim }
(Start-ThreadJob $body | Receive-Job -Wait), (Start-ThreadJob $body | Receive-Job -Wait) -join ''
'@ | Should -Be '55'
    }

    It 'works in a constrained session with plain values' {
        Invoke-Fresh @'
Import-Module $module
$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
$problems = New-LoraConfig -NetworkDim 0 | Test-LoraConfig
$problems.Setting -join ','
'@ | Should -Match 'NetworkDim'
    }
}
