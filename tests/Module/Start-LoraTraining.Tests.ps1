BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force
    $root = Split-Path (Split-Path $PSScriptRoot)
    $demo = Join-Path $root 'examples/demo'
    $env:KOHYAPS_RUNS = Join-Path $TestDrive 'runs'

    $dataset = Invoke-FolderPreparation -Path (Join-Path $demo 'pictures') -Destination (Join-Path $TestDrive 'train') -Instance 'shs' -Class 'robot' -Repeats 1
    $template = Import-LoraConfig (Join-Path $demo 'robot.yaml')

    # A training of four steps in a folder of its own.
    function New-ShortConfig {
        param([string] $Folder, [hashtable] $Settings = @{})

        $all = @{
            OutputDir      = Join-Path $TestDrive $Folder
            LoggingDir     = Join-Path $TestDrive "$Folder/log"
            MaxTrainSteps  = 4
            TrainBatchSize = 2
            NetworkDim     = 2
        }
        foreach ($name in $Settings.Keys) {
            $all[$name] = $Settings[$name]
        }
        $dataset | New-LoraConfig -Template $template @all
    }

    # Trains in a runspace of its own; comes back when the log tells of an event.
    function Start-Aside {
        param([KohyaPS.LoraConfig] $Config, [string] $Until)

        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($module, $config) Import-Module $module; $config | Start-LoraTraining').AddArgument($env:KOHYAPS_MODULE).AddArgument($Config)
        $running = $shell.BeginInvoke()
        Wait-LogEvent (Join-Path $Config.Folders.OutputDir 'robot.log.jsonl') $Until
        @{ Shell = $shell; Running = $running }
    }

    function Wait-LogEvent {
        param([string] $Log, [string] $Name)

        $deadline = [datetime]::UtcNow.AddMinutes(3)
        while (-not ((Test-Path -LiteralPath $Log) -and (Select-String -LiteralPath $Log -Pattern "`"$Name`"" -SimpleMatch -Quiet)) -and [datetime]::UtcNow -lt $deadline) {
            Start-Sleep -Milliseconds 100
        }
    }
}

AfterAll {
    Remove-Item Env:KOHYAPS_RUNS
}

Describe 'Start-LoraTraining' {
    It 'trains, and returns what it made' {
        $result = New-ShortConfig 'plain' | Start-LoraTraining
        $result.ExitCode | Should -Be 'Done'
        $result.Steps | Should -Be 4
        $result.Duration | Should -BeOfType [timespan]
        Test-Path -LiteralPath $result.NetworkPath | Should -BeTrue
        (Get-LoraNetwork -LiteralPath $result.NetworkPath).Dim | Should -Be 2
        $log = Get-Content -LiteralPath $result.LogPath | ConvertFrom-Json
        @($log | Where-Object event -EQ StepDone).Count | Should -Be 4
        $log[-1].event | Should -Be 'TrainingEnded'
        Get-ChildItem -Path (Join-Path $TestDrive 'plain/log') -Recurse -Filter 'events.out.tfevents.*' | Should -Not -BeNullOrEmpty
        Get-Content -LiteralPath $result.LossCurvePath -TotalCount 1 | Should -Match '<svg'
        Get-LoraTraining | Should -BeNullOrEmpty
        Get-ChildItem -LiteralPath (Join-Path $TestDrive 'plain') -Force -Filter '.*' | Should -BeNullOrEmpty
    }

    It 'gives the plan and writes nothing with -WhatIf' {
        $plan = New-ShortConfig 'whatif' | Start-LoraTraining -WhatIf
        $plan | Should -BeOfType [KohyaPS.TrainingPlan]
        $plan.TotalSteps | Should -Be 4
        $plan.CanStart | Should -BeTrue
        Test-Path -LiteralPath (Join-Path $TestDrive 'whatif') | Should -BeFalse
    }

    It 'continues a saved state to the same bits as a training that was never interrupted' {
        function Get-TensorHash([string] $Path) { (Get-LoraNetwork -LiteralPath $Path).Metadata['sshs_model_hash'] }

        $whole = New-ShortConfig 'whole' @{ SaveEveryNSteps = 2; SaveState = $true; GradientAccumulationSteps = 2; ShuffleCaption = $true } | Start-LoraTraining
        $state = Get-TrainingState (Join-Path $TestDrive 'whole') | Where-Object Step -EQ 2
        $state | Should -HaveCount 1
        $before = Get-TensorHash $whole.NetworkPath
        Copy-Item -LiteralPath $state.Path -Destination (Join-Path $TestDrive 'kept-state') -Recurse
        Remove-Item -LiteralPath $whole.NetworkPath
        $resumed = New-ShortConfig 'whole' @{ SaveEveryNSteps = 2; SaveState = $true; GradientAccumulationSteps = 2; ShuffleCaption = $true } | Start-LoraTraining -Resume (Join-Path $TestDrive 'kept-state')
        $resumed.ExitCode | Should -Be 'Done'
        Get-TensorHash $resumed.NetworkPath | Should -Be $before
    }

    It 'stays with the precision that a state was trained in, whatever would be chosen now' {
        $state = New-ShortConfig 'precise' @{ MixedPrecision = 'no'; MaxTrainSteps = 1 } | Start-LoraTraining | Save-TrainingState
        $resumed = New-ShortConfig 'precise' @{ MixedPrecision = 'auto'; MaxTrainSteps = 2 } | Start-LoraTraining -Resume $state
        (Get-LoraNetwork -LiteralPath $resumed.NetworkPath).Metadata['ss_mixed_precision'] | Should -Be 'no'
    }

    It 'logs and shows the steps that an optimizer makes of its rates, d times lr' {
        $settings = @{ OptimizerType = 'Prodigy'; LearningRate = 1; UnetLr = 1; TextEncoderLr = 1; LrScheduler = 'constant'; LrWarmupSteps = 0; MaxTrainSteps = 12 }
        $shell = [powershell]::Create()
        $null = $shell.AddCommand('Import-Module').AddArgument($env:KOHYAPS_MODULE).AddStatement().AddCommand('Start-LoraTraining').AddParameter('Config', (New-ShortConfig 'effective' $settings))
        $result = $shell.Invoke()
        $shown = $shell.Streams.Progress.CurrentOperation -match 'unet'
        $shown | Should -Not -BeNullOrEmpty
        $shown | Should -Not -Match 'unet 1e0'
        $shell.Dispose()
        $steps = @(Get-Content -LiteralPath $result.LogPath | ConvertFrom-Json | Where-Object event -EQ StepDone)
        $steps[0].learningRates.unet | Should -Be 1
        $steps[0].effectiveRates.unet | Should -Be 1e-6
        $steps[-1].effectiveRates.unet | Should -BeGreaterThan 1e-6
    }

    It 'trains with the optimizer that is asked for, and says so in the file' {
        $wanted = @(
            @{ Type = 'adamw'; Arguments = @{}; Text = 'torch.optim.adamw.AdamW' }
            @{ Type = 'AdamW8bit'; Arguments = @{ min_8bit_size = 1; betas = 0.9, 0.99 }; Text = 'bitsandbytes.optim.adamw.AdamW8bit(betas=(0.9, 0.99),min_8bit_size=1)' }
            @{ Type = 'Lion'; Arguments = @{ decoupled_weight_decay = $true }; Text = 'lion_pytorch.lion_pytorch.Lion(decoupled_weight_decay=True)' }
            @{ Type = 'adafactor'; Arguments = @{}; Text = 'transformers.optimization.Adafactor(relative_step=True)' }
        )
        $hashes = foreach ($optimizer in $wanted) {
            $result = New-ShortConfig "optimizer-$($optimizer.Type)" @{ OptimizerType = $optimizer.Type; OptimizerArgs = $optimizer.Arguments; MaxTrainSteps = 2 } | Start-LoraTraining
            $metadata = (Get-LoraNetwork -LiteralPath $result.NetworkPath).Metadata
            $metadata['ss_optimizer'] | Should -Be $optimizer.Text
            $metadata['sshs_model_hash']
        }
        @($hashes | Select-Object -Unique).Count | Should -Be $wanted.Count
    }

    It 'continues from the state alone' {
        $result = New-ShortConfig 'alone' @{ SaveEveryNSteps = 2; SaveState = $true } | Start-LoraTraining
        $again = Get-TrainingState (Join-Path $TestDrive 'alone') | Where-Object Step -EQ 2 | Start-LoraTraining
        $again.Steps | Should -Be $result.Steps
    }

    It 'stops after its step, saves a state and says how to go on' {
        $aside = Start-Aside (New-ShortConfig 'stopped' @{ MaxTrainSteps = 100000 }) -Until 'TrainingStarted'
        $active = Get-LoraTraining -OutputFolder (Join-Path $TestDrive 'stopped')
        $active.Name | Should -Be 'robot'
        $active | Save-TrainingState -WhatIf | Should -BeNullOrEmpty
        $active | Stop-LoraTraining -WhatIf | Should -BeNullOrEmpty
        $saved = $active | Save-TrainingState
        $saved.Reason | Should -Be 'Request'
        $stopped = Stop-LoraTraining -OutputFolder (Join-Path $TestDrive 'stopped') -Confirm:$false
        $stopped.Reason | Should -Be 'Stop'
        $result = $aside.Shell.EndInvoke($aside.Running)[0]
        $result.ExitCode | Should -Be 'Stopped'
        $result.Message | Should -Match 'Start-LoraTraining -Resume'
        @(Get-TrainingState (Join-Path $TestDrive 'stopped')).Count | Should -Be 2
    }

    It 'saves a state when its pipeline is stopped, as one Ctrl+C does' {
        $folder = Join-Path $TestDrive 'interrupted'
        (Start-Aside (New-ShortConfig 'interrupted' @{ MaxTrainSteps = 100000 }) -Until 'StepDone').Shell.Stop()
        (Get-TrainingState $folder).Reason | Should -Be 'Stop'
        $ended = Get-Content -LiteralPath (Join-Path $folder 'robot.log.jsonl') -Tail 1 | ConvertFrom-Json
        $ended.event, $ended.outcome | Should -Be 'TrainingEnded', 'Stopped'
        Get-LoraTraining -OutputFolder $folder | Should -BeNullOrEmpty
    }

    It 'leaves at the second Ctrl+C, and PowerShell lives on' -Skip:(-not $IsLinux) {
        # One update takes minutes: it is there that both fall.
        $slow = Invoke-FolderPreparation -Path (Join-Path $demo 'pictures') -Destination (Join-Path $TestDrive 'train-slow') -Instance 'shs' -Class 'robot' -Repeats 1000
        $folder = Join-Path $TestDrive 'left'
        $config = New-ShortConfig 'left' @{ TrainDataDir = $slow.ImageFolder; GradientAccumulationSteps = 10000 }
        $config | Export-LoraConfig -Path (Join-Path $TestDrive 'left.yaml')
        $log = Join-Path $folder 'robot.log.jsonl'
        $script = Join-Path $TestDrive 'left.ps1'
        Set-Content -LiteralPath $script -Value @"
Import-Module '$env:KOHYAPS_MODULE'
[IO.File]::WriteAllText('$TestDrive/left.pid', `$PID)
try { Import-LoraConfig '$TestDrive/left.yaml' | Start-LoraTraining }
finally {
    for (`$i = 0; `$i -lt 600 -and -not [IO.File]::ReadAllText('$log').Contains('TrainingEnded'); `$i++) { [Threading.Thread]::Sleep(100) }
    [Threading.Thread]::Sleep(500)
    [IO.File]::WriteAllText('$TestDrive/left.alive', '')
}
"@
        $process = Start-Process -FilePath env -ArgumentList '--default-signal=INT', 'dotnet', 'pwsh', '-NoProfile', '-NonInteractive', '-File', $script -PassThru -RedirectStandardOutput (Join-Path $TestDrive 'left.out')
        Wait-LogEvent $log 'TrainingStarted'
        $number = Get-Content -LiteralPath (Join-Path $TestDrive 'left.pid')
        & sh -c "kill -INT $number"
        Start-Sleep -Seconds 1
        Get-Content -LiteralPath $log -Raw | Should -Not -Match 'TrainingEnded'
        & sh -c "kill -INT $number"
        $process.WaitForExit(120000) | Should -BeTrue
        Test-Path -LiteralPath (Join-Path $TestDrive 'left.alive') | Should -BeTrue
        (Get-Content -LiteralPath $log -Tail 1 | ConvertFrom-Json).outcome | Should -Be 'Stopped'
        Get-TrainingState $folder | Should -BeNullOrEmpty
    }

    It 'says of a state that cannot be continued what is wrong, in the plan as well' {
        Start-LoraTraining -Resume 'Nowhere:\state' -ErrorAction SilentlyContinue -ErrorVariable failure
        $failure[0].FullyQualifiedErrorId | Should -Be 'TrainingInvalid,KohyaPS.Commands.StartLoraTrainingCommand'
        $plan = New-ShortConfig 'unresumable' | Start-LoraTraining -Resume (Join-Path $TestDrive 'nowhere') -WhatIf
        $plan.CanStart | Should -BeFalse
        @($plan.Problems.Message) -match 'There is no state' | Should -HaveCount 1
    }

    It 'gives a plan that goes through a pipeline as its result will' {
        $merged = Join-Path $TestDrive 'merged.safetensors'
        New-ShortConfig 'dry' | Start-LoraTraining -WhatIf | Merge-LoraNetwork -Checkpoint (Join-Path $demo 'mini-sd.safetensors') -Destination $merged -WhatIf -ErrorAction Stop
        Test-Path -LiteralPath $merged | Should -BeFalse
    }

    It 'removes its own states beyond the limit, and leaves those of another run alone' {
        $settings = @{ SaveEveryNSteps = 1; SaveState = $true; SaveLastNStepsState = 1 }
        $null = New-ShortConfig 'retention' ($settings + @{ MaxTrainSteps = 1 }) | Start-LoraTraining
        $null = New-ShortConfig 'retention-source' ($settings + @{ MaxTrainSteps = 2 }) | Start-LoraTraining
        $state = Join-Path $TestDrive 'retention-source/robot-step00000002-state'
        # Goes on in the folder where another run left the state of its step 1.
        (New-ShortConfig 'retention' ($settings + @{ MaxTrainSteps = 5 }) | Start-LoraTraining -Resume $state).ExitCode | Should -Be 'Done'
        $kept = Get-ChildItem -LiteralPath (Join-Path $TestDrive 'retention') -Directory -Filter 'robot-step*-state'
        $kept.Name | Should -Be 'robot-step00000001-state', 'robot-step00000004-state', 'robot-step00000005-state'
    }

    It 'writes the end state on request' {
        $result = New-ShortConfig 'endstate' | Start-LoraTraining
        $result.State | Should -BeNullOrEmpty
        $state = $result | Save-TrainingState
        $state.Reason | Should -Be 'End'
        $state.Step | Should -Be 4
        (New-ShortConfig 'endstate' @{ MaxTrainSteps = 5 } | Start-LoraTraining -Resume $state).Steps | Should -Be 5
    }

    It 'finds everything wrong before it loads or writes anything' {
        $result = New-ShortConfig 'bad' @{ NetworkDim = 0; Model = 'nowhere.safetensors' } | Start-LoraTraining -ErrorAction SilentlyContinue -ErrorVariable failure
        $result.ExitCode | Should -Be 'Invalid'
        $failure[0].FullyQualifiedErrorId | Should -Be 'TrainingInvalid,KohyaPS.Commands.StartLoraTrainingCommand'
        $result.Message | Should -Match 'NetworkDim'
        $result.Message | Should -Match 'nowhere\.safetensors'
        Test-Path -LiteralPath (Join-Path $TestDrive 'bad') | Should -BeFalse
    }

    It 'ends the training when a warning is to stop the script' {
        $uncaptioned = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'uncaptioned/1_shs robot') -Force
        Copy-Item -LiteralPath (Join-Path $demo 'pictures/robot-01.png') -Destination $uncaptioned
        { New-ShortConfig 'warned' @{ TrainDataDir = $uncaptioned.Parent.FullName; MaxTrainSteps = 100000 } | Start-LoraTraining -WarningAction Stop } | Should -Throw '*words of the folder*'
        Get-LoraTraining | Should -BeNullOrEmpty
    }

    It 'names what lies in the way of the output' {
        Set-Content -LiteralPath (Join-Path $TestDrive 'a-file') -Value 'x'
        $result = New-ShortConfig 'a-file/out' | Start-LoraTraining -ErrorAction SilentlyContinue
        $result.ExitCode | Should -Be 'Invalid'
        $result.Message | Should -Match 'is a file'
    }

    It 'refuses what is no model, saying what it is' {
        $page = Join-Path $TestDrive 'page.safetensors'
        Set-Content -LiteralPath $page -Value '<!DOCTYPE html><html><body>Sign in</body></html>'
        $result = New-ShortConfig 'html' @{ Model = $page } | Start-LoraTraining -ErrorAction SilentlyContinue
        $result.ExitCode | Should -Be 'Invalid'
        $result.Message | Should -Match 'web page'
        Test-Path -LiteralPath (Join-Path $TestDrive 'html') | Should -BeFalse
    }
}

Describe 'Measure-LoraTraining' {
    It 'writes the step count out' {
        $plan = New-ShortConfig 'measured' @{ MaxTrainSteps = 0; MaxTrainEpochs = 3 } | Measure-LoraTraining
        $plan.BatchesPerEpoch | Should -Be 8
        $plan.TotalSteps | Should -Be 24
        $plan.StepEquation | Should -Match '3 epochs'
        $plan.Memory.Total | Should -BeGreaterThan 0
        @($plan.Outputs)[-3] | Should -Match 'robot\.safetensors$'
    }

    It 'prints as one page' {
        $page = New-ShortConfig 'page' | Measure-LoraTraining | Out-String -Width 200
        $page | Should -Match "Training plan 'robot': can start"
        $page | Should -Match 'Steps +max_train_steps = 4 steps'
        $page | Should -Match 'Memory +about'
        ($page -split "`n").Count | Should -BeLessThan 40
    }
}

Describe 'Remove-TrainingState' {
    It 'removes a state, and nothing that is none' {
        $state = New-ShortConfig 'removal' | Start-LoraTraining | Save-TrainingState
        Remove-TrainingState $state -WhatIf
        Test-Path -LiteralPath $state.Path | Should -BeTrue
        Remove-TrainingState $state -Confirm:$false
        Test-Path -LiteralPath $state.Path | Should -BeFalse
        { Remove-TrainingState $TestDrive -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'StateNotFound,KohyaPS.Commands.RemoveTrainingStateCommand'
    }
}

Describe 'Get-TrainingState' {
    It 'says where a path leads nowhere, and goes on' {
        $null = Get-TrainingState 'nowhere:/out', (Join-Path $TestDrive 'no/such*'), $TestDrive -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Should -Be (@('PathNotFound,KohyaPS.Commands.GetTrainingStateCommand') * 2)
    }
}
