<#
.SYNOPSIS
    Trains one LoRA for each folder of pictures below a folder, one after the other, and goes on when one of them fails.
.DESCRIPTION
    A folder that has its LoRA already is passed over, so that the script can be run again after an interruption. Returns one
    TrainingResult for each that was trained; the exit code is 0 when all succeeded, else that of the first that did not: 1 where the
    pictures could not be prepared.
.PARAMETER Pictures
    The folder above the folders of pictures; each one's name becomes the name of its LoRA.
.PARAMETER Model
    A Stable Diffusion 1.x checkpoint.
.PARAMETER Destination
    Where everything goes, a folder for each LoRA.
.PARAMETER Settings
    Further settings for New-LoraConfig.
.EXAMPLE
    ./examples/Train-Batch.ps1 -Pictures ./concepts -Model ./sd15.safetensors -Destination ./loras -Settings @{ NetworkDim = 16; MaxTrainEpochs = 10 }
#>
param(
    [Parameter(Mandatory)] [string] $Pictures,
    [Parameter(Mandatory)] [string] $Model,
    [Parameter(Mandatory)] [string] $Destination,
    [int] $Repeats = 10,
    [hashtable] $Settings = @{}
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot '../Module/KohyaPS')

$exitCode = 0
foreach ($folder in Get-ChildItem -LiteralPath $Pictures -Directory) {
    $target = Join-Path $Destination $folder.Name
    if (Test-Path -LiteralPath (Join-Path $target "model/$($folder.Name).safetensors")) {
        Write-Host "$($folder.Name) is trained already."
        continue
    }
    Write-Host "Training $($folder.Name) ..."
    $result = $null
    try {
        Invoke-FolderPreparation -LiteralPath $folder.FullName -Destination $target -Instance $folder.Name -Class 'concept' -Repeats $Repeats |
            New-LoraConfig -Model $Model -OutputName $folder.Name @Settings |
            Start-LoraTraining -ErrorAction Continue -OutVariable result
    }
    catch {
        Write-Error -ErrorRecord $_ -ErrorAction Continue
    }
    if (-not $result.Succeeded -and $exitCode -eq 0) {
        $exitCode = $result.ExitCode ?? 1
    }
}
exit $exitCode
