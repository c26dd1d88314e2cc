<#
.SYNOPSIS
    One training for a scheduled task: goes on from the newest state after a reboot, and ends with the training's exit code.
.DESCRIPTION
    Start it with: pwsh -NoProfile -NonInteractive -File Train-Scheduled.ps1 -ConfigPath C:\jobs\dog.yaml
    Exit codes: 0 done, 1 failed, 2 invalid configuration or dataset, 3 out of memory, 4 stopped and resumable, 5 diverged, 6 environment.
.PARAMETER ConfigPath
    The training's YAML file. Set save_state and save_every_n_steps in it, so that a reboot costs little.
.EXAMPLE
    pwsh -NoProfile -NonInteractive -File ./examples/Train-Scheduled.ps1 -ConfigPath ./dog.yaml
#>
param(
    [Parameter(Mandatory)] [string] $ConfigPath
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module (Join-Path $PSScriptRoot '../Module/KohyaPS')

$config = Import-LoraConfig -LiteralPath $ConfigPath
$output = $config.Resolve($config.Folders.OutputDir)
$name = $config.Folders.FinalName
$resume = @{}
if ($output -and (Test-Path -LiteralPath $output)) {
    if ('.safetensors', '.ckpt', '.pt' | Where-Object { Test-Path -LiteralPath (Join-Path $output "$name$_") }) {
        'The LoRA is there already; nothing to do.'
        exit 0
    }
    $state = Get-TrainingState -LiteralPath $output -Name $name | Select-Object -Last 1
    if ($state) {
        "Going on from step $($state.Step) of $($state.TotalSteps)."
        $resume['Resume'] = $state
    }
}
$result = $config | Start-LoraTraining @resume -ErrorAction Continue
$result | Format-List ExitCode, Message, NetworkPath, Steps, Duration
exit $result.ExitCode ?? 1
