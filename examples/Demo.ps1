<#
.SYNOPSIS
    Teaches a very small Stable Diffusion a robot it has never seen, on the CPU, and shows that it learned.
.DESCRIPTION
    Prepares the pictures in examples/demo, trains a LoRA for 500 steps (minutes), draws the same eight prompts without and with it
    into one grid, and draws the loss. Everything lands in one output folder.
.PARAMETER OutputFolder
    Where the results go. Default: kohyaps-demo in the current folder.
.PARAMETER Steps
    Training steps; 500 are enough to learn the robot.
.PARAMETER Seed
    The training's seed.
.EXAMPLE
    ./examples/Demo.ps1 -OutputFolder ./artifacts/demo
#>
param(
    [string] $OutputFolder = 'kohyaps-demo',
    [ValidateRange(1, 100000)]
    [int] $Steps = 500,
    [long] $Seed = 42
)

$ErrorActionPreference = 'Stop'
# A checkout has the module beside this folder, an installed module has this folder in it.
Import-Module (Join-Path $PSScriptRoot ((Test-Path -LiteralPath (Join-Path $PSScriptRoot '../KohyaPS.psd1')) ? '../KohyaPS.psd1' : '../Module/KohyaPS'))
$demo = Join-Path $PSScriptRoot 'demo'
$output = (New-Item -ItemType Directory -Path $OutputFolder -Force).FullName

Write-Host 'Preparing 16 pictures of a robot ...'
$dataset = Invoke-FolderPreparation -Path (Join-Path $demo 'pictures') -Destination (Join-Path $output 'train') -Instance 'shs' -Class 'robot' -Repeats 10

Write-Host "Training a LoRA of rank 16 for $Steps steps on the CPU ..."
$config = Import-LoraConfig (Join-Path $demo 'robot.yaml')
$result = $dataset | New-LoraConfig -Template $config -OutputDir $output -MaxTrainSteps $Steps -Seed $Seed | Start-LoraTraining
if (-not $result.Succeeded) {
    exit $result.ExitCode
}

Write-Host 'Drawing eight prompts without and with the LoRA ...'
$prompts = @(
    'shs robot on a white background', 'shs robot, black background', 'shs robot on a gray background', 'shs robot, cyan background'
    'shs robot on a beige background', 'shs robot, navy background', 'a picture of shs robot, white background', 'shs robot'
)
$images = $prompts | New-DiffusionImage -Model (Join-Path $demo 'mini-sd.safetensors') -Lora $result.NetworkPath -IncludeBase -Seed 7 -Steps 30 -GuidanceScale 2 `
    -Width 128 -Height 128 -Destination (Join-Path $output 'samples') -Grid (Join-Path $output 'before-after.png') -Force

[pscustomobject]@{
    Lora      = $result.NetworkPath
    Grid      = Join-Path $output 'before-after.png'
    LossCurve = $result.LossCurvePath
    Images    = $images.Count
    Steps     = $result.Steps
    Loss      = [math]::Round($result.AverageLoss, 4)
    Duration  = $result.Duration
} | Format-List
Write-Host 'The upper row of the grid is the model as it was, the lower row the model with the LoRA.'
exit $result.ExitCode
