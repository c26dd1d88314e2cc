# The example scripts, run as a user runs them, on the demo's model with trainings of two steps.
BeforeAll {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $demo = Join-Path $root 'examples/demo'
    $model = Join-Path $demo 'mini-sd.safetensors'
    $short = "@{ NetworkDim = 2; Resolution = '128,128'; EnableBucket = `$false; MaxTrainSteps = 2; MixedPrecision = 'no' }"

    function Invoke-Example {
        param([string] $Command)

        $output = & dotnet pwsh -NoProfile -NonInteractive -Command "& '$root/examples/$Command; exit `$LASTEXITCODE" 2>&1 | Out-String
        @{ Code = $LASTEXITCODE; Output = $output }
    }

    # As a scheduled task runs it: the exit code is the script's own.
    function Invoke-ExampleFile {
        param([string] $Script, [Parameter(ValueFromRemainingArguments)] [string[]] $Arguments)

        $output = & dotnet pwsh -NoProfile -NonInteractive -File (Join-Path $root "examples/$Script") @Arguments 2>&1 | Out-String
        @{ Code = $LASTEXITCODE; Output = $output }
    }
}

Describe 'Demo.ps1' {
    It 'ends with the exit code of a training that failed' {
        $target = Join-Path $TestDrive 'demo'
        $null = New-Item -ItemType Directory -Path (Join-Path $target 'robot.safetensors')
        $run = Invoke-ExampleFile 'Demo.ps1' '-OutputFolder' $target
        $run.Code | Should -Be 2 -Because $run.Output
    }
}

Describe 'Train-Pipeline.ps1' {
    It 'goes from pictures to a merged checkpoint' {
        $target = Join-Path $TestDrive 'pipeline'
        $run = Invoke-Example "Train-Pipeline.ps1' -Pictures '$demo/pictures' -Model '$model' -Destination '$target' -Class robot -Settings $short"
        $run.Code | Should -Be 0 -Because $run.Output
        Test-Path -LiteralPath (Join-Path $target 'model/robot.safetensors') | Should -BeTrue
        Test-Path -LiteralPath (Join-Path $target 'robot-merged.safetensors') | Should -BeTrue
    }

    It 'ends with the exit code of a training that failed, and merges nothing' {
        $target = Join-Path $TestDrive 'failed'
        $run = Invoke-ExampleFile 'Train-Pipeline.ps1' '-Pictures' "$demo/pictures" '-Model' "$demo/nowhere.safetensors" '-Destination' $target
        $run.Code | Should -Be 2 -Because $run.Output
        Test-Path -LiteralPath (Join-Path $target 'dog-merged.safetensors') | Should -BeFalse
    }
}

Describe 'Train-Batch.ps1' {
    It 'trains each folder, passes over what is done, and goes on after a failure' {
        $concepts = Join-Path $TestDrive 'concepts'
        $target = Join-Path $TestDrive 'loras'
        foreach ($name in 'first', 'second') {
            $null = New-Item -ItemType Directory -Path (Join-Path $concepts $name) -Force
            Copy-Item -Path (Join-Path $demo 'pictures/robot-01.*') -Destination (Join-Path $concepts $name)
        }
        $null = New-Item -ItemType Directory -Path (Join-Path $concepts 'empty')
        $command = "Train-Batch.ps1' -Pictures '$concepts' -Model '$model' -Destination '$target' -Settings $short"
        $run = Invoke-Example $command
        $run.Code | Should -Be 1 -Because $run.Output
        'first', 'second' | ForEach-Object { Test-Path -LiteralPath (Join-Path $target "$_/model/$_.safetensors") | Should -BeTrue }
        Remove-Item -LiteralPath (Join-Path $concepts 'empty')
        (Invoke-Example $command).Output | Should -Match 'first is trained already'
        (Invoke-Example "Train-Batch.ps1' -Pictures '$concepts' -Model '$demo/nowhere.safetensors' -Destination '$target-2' -Settings $short").Code | Should -Be 2
    }
}

Describe 'Train-Scheduled.ps1' {
    It 'trains, and does nothing when the LoRA is there' {
        $target = Join-Path $TestDrive 'scheduled'
        Import-Module $env:KOHYAPS_MODULE -Force
        Invoke-FolderPreparation -Path (Join-Path $demo 'pictures') -Destination $target -Instance shs -Class robot -Repeats 1 |
            New-LoraConfig -Template (Import-LoraConfig (Join-Path $demo 'robot.yaml')) -MaxTrainSteps 2 -NetworkDim 2 | Export-LoraConfig -Path (Join-Path $target 'job.yaml')
        $run = Invoke-Example "Train-Scheduled.ps1' -ConfigPath '$target/job.yaml'"
        $run.Code | Should -Be 0 -Because $run.Output
        $run.Output | Should -Match 'Done'
        (Invoke-Example "Train-Scheduled.ps1' -ConfigPath '$target/job.yaml'").Output | Should -Match 'nothing to do'
    }

    It 'ends with the code of what is missing when the job names no folder for its output' {
        $job = Join-Path $TestDrive 'nowhere.yaml'
        Set-Content -LiteralPath $job -Value "pretrained_model_name_or_path: $model", "train_data_dir: $demo/pictures"
        $run = Invoke-ExampleFile 'Train-Scheduled.ps1' '-ConfigPath' $job
        $run.Code | Should -Be 2 -Because $run.Output
        $run.Output | Should -Match 'No output folder is named'
    }
}
