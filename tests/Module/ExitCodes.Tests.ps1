# Scripts that run unattended are judged by their exit code. Each runs in a PowerShell of its own, as a task would start it.
BeforeAll {
    function Invoke-Script {
        param([string] $Body)

        $script = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
        Set-Content -LiteralPath $script -Value @"
`$ErrorActionPreference = 'Stop'
Import-Module '$env:KOHYAPS_MODULE'
$Body
"@
        $output = & dotnet pwsh -NoProfile -NonInteractive -File $script 2>&1 | Out-String
        @{ Code = $LASTEXITCODE; Output = $output }
    }
}

Describe 'A script that runs unattended' {
    It 'ends with 0 when all went well' {
        (Invoke-Script 'New-LoraConfig -OutputName fine | Out-Null').Code | Should -Be 0
    }

    It 'ends with another number when a cmdlet fails, and says why' {
        $run = Invoke-Script "Import-LoraConfig -LiteralPath '$TestDrive/nowhere.yaml'"
        $run.Code | Should -Not -Be 0
        $run.Output | Should -Match 'nowhere\.yaml'
    }

    It 'passes on the exit code of the training: 2 for an invalid configuration' {
        $body = @'
$result = New-LoraConfig -NetworkDim 0 -Model nowhere.safetensors | Start-LoraTraining -ErrorAction Continue
exit $result.ExitCode
'@
        (Invoke-Script $body).Code | Should -Be 2
    }

    It 'keeps the exit code of the caller: no cmdlet touches it' {
        $run = Invoke-Script @'
$global:LASTEXITCODE = 7
New-LoraConfig -NetworkDim 0 | Test-LoraConfig | Out-Null
try { Import-LoraConfig nowhere.yaml } catch { }
exit $LASTEXITCODE
'@
        $run.Code | Should -Be 7
    }

    It 'writes nothing on the screen but what its streams carry' {
        (Invoke-Script 'New-LoraConfig -NetworkDim 4 | Test-LoraConfig *>&1 | Out-Null').Output.Trim() | Should -BeNullOrEmpty
    }
}
