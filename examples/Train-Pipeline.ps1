<#
.SYNOPSIS
    The whole way in one pipeline: pictures, dataset, configuration, LoRA, merged checkpoint.
.DESCRIPTION
    The exit code is that of the training. What it did not finish is not merged.
.PARAMETER Pictures
    A folder of pictures, with captions beside them.
.PARAMETER Model
    A Stable Diffusion 1.x checkpoint.
.PARAMETER Destination
    Where everything goes.
.PARAMETER Settings
    Further settings for New-LoraConfig.
.EXAMPLE
    ./examples/Train-Pipeline.ps1 -Pictures ./photos -Model ./sd15.safetensors -Destination ./train -Instance shs -Class dog
#>
param(
    [Parameter(Mandatory)] [string] $Pictures,
    [Parameter(Mandatory)] [string] $Model,
    [Parameter(Mandatory)] [string] $Destination,
    [string] $Instance = 'shs',
    [string] $Class = 'dog',
    [int] $Repeats = 20,
    [hashtable] $Settings = @{ NetworkDim = 32 }
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../Module/KohyaPS')

Invoke-FolderPreparation -Path $Pictures -Destination $Destination -Instance $Instance -Class $Class -Repeats $Repeats |
    New-LoraConfig -Model $Model -OutputName $Class @Settings |
    Start-LoraTraining -ErrorAction Continue -OutVariable result |
    Where-Object Succeeded |
    Merge-LoraNetwork -Checkpoint $Model -Ratio 0.8 -Destination (Join-Path $Destination "$Class-merged.safetensors")
exit $result.ExitCode ?? 1
