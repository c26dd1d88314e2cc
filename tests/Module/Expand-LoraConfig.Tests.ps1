BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force
}

Describe 'Expand-LoraConfig' {
    It 'gives every combination, typed, each with a name that tells what varies' {
        $configs = @(New-LoraConfig -OutputName dog -NetworkAlpha 2 | Expand-LoraConfig -Vary @{ LearningRate = 1e-4, 5e-5; NetworkDim = 4, '8', 16.0 })
        $configs.Count | Should -Be 6
        $configs | Should -BeOfType ([KohyaPS.LoraConfig])
        $configs.ForEach({ $_.Network.NetworkDim }) | Should -Be 4, 4, 8, 8, 16, 16
        $configs.ForEach({ $_.Optimizer.LearningRate }) | Should -Be 1e-4, 5e-5, 1e-4, 5e-5, 1e-4, 5e-5
        $configs.ForEach({ $_.Network.NetworkAlpha }) | Should -Be 2, 2, 2, 2, 2, 2
        $configs[0].Folders.OutputName | Should -Be 'dog_NetworkDim4_LearningRate0.0001'
        @($configs.ForEach({ $_.Folders.OutputName }) | Sort-Object -Unique).Count | Should -Be 6
    }

    It 'keeps the order of an ordered table, the last setting fastest' {
        $configs = New-LoraConfig | Expand-LoraConfig -Vary ([ordered]@{ Seed = 1, 2; network_dim = 4, 8 })
        $configs.ForEach({ "$($_.Training.Seed) $($_.Network.NetworkDim)" }) | Should -Be '1 4', '1 8', '2 4', '2 8'
    }

    It 'takes <Name>' -ForEach @(
        @{ Name = 'ranges'; Vary = @{ Seed = 1..3 }; Setting = 'Seed'; Values = '1', '2', '3' }
        @{ Name = 'one value'; Vary = @{ Seed = 5 }; Setting = 'Seed'; Values = '5' }
        @{ Name = 'choices'; Vary = @{ Optimizer = 'Lion', 'adamw' }; Setting = 'OptimizerType'; Values = 'Lion', 'AdamW' }
        @{ Name = 'true and false'; Vary = @{ FlipAug = $true, $false }; Setting = 'FlipAug'; Values = 'true', 'false' }
        @{ Name = 'not set'; Vary = @{ MinSnrGamma = $null, 5 }; Setting = 'MinSnrGamma'; Values = '', '5' }
        @{ Name = 'lists'; Vary = @{ Resolution = '512,768', 640, (640, 512) }; Setting = 'Resolution'; Values = '512,768', '640,640', '640,512' }
        @{ Name = 'arguments'; Vary = @{ OptimizerArgs = @{ weight_decay = 0.1 }, @{ weight_decay = 0.2; betas = 0.9, 0.99 } }; Setting = 'OptimizerArgs'; Values = 'weight_decay=0.1', 'betas=0.9,0.99;weight_decay=0.2' }
    ) {
        $configs = @(New-LoraConfig | Expand-LoraConfig -Vary $Vary)
        $configs.ForEach({ [KohyaPS.SettingText]::Format($_.get_Item($Setting)) }) | Should -Be $Values
        @($configs.ForEach({ $_.Folders.OutputName }) | Sort-Object -Unique).Count | Should -Be $Values.Count
        $configs | Test-LoraConfig -SkipPaths | Where-Object -Property Setting -EQ OutputName | Should -BeNullOrEmpty
    }

    It 'names paths by their last part, and keeps names apart' {
        $configs = New-LoraConfig -OutputName dog | Expand-LoraConfig -Vary @{ Model = './a/base.safetensors', './b/base.safetensors' }
        $configs.ForEach({ $_.Folders.OutputName }) | Should -Be 'dog_PretrainedModelNameOrPathbase', 'dog_PretrainedModelNameOrPathbase-2'
    }

    It 'leaves given output names as they are' {
        (New-LoraConfig | Expand-LoraConfig -Vary @{ OutputName = 'cat', 'dog' }).ForEach({ $_.Folders.OutputName }) | Should -Be 'cat', 'dog'
    }

    It 'refuses <Vary> with <Message>' -ForEach @(
        @{ Vary = @{ NetworkDims = 4 }; Message = '*network_dim*'; Id = 'UnknownSetting' }
        @{ Vary = @{ NetworkDim = 4; network_dim = 8 }; Message = '*another name of NetworkDim*'; Id = 'SettingTwice' }
        @{ Vary = @{ NetworkDim = 4, 'many' }; Message = '*NetworkDim cannot be*many*'; Id = 'SettingValue' }
        @{ Vary = @{ NetworkDim = @() }; Message = '*no values*'; Id = 'NoValues' }
        @{ Vary = @{ NetworkDim = 1..100; Seed = 1..100 }; Message = '*more than 1000*'; Id = 'SettingValue' }
    ) {
        { New-LoraConfig | Expand-LoraConfig -Vary $Vary } | Should -Throw $Message -ErrorId "$Id,KohyaPS.Commands.ExpandLoraConfigCommand"
    }

    It 'goes into a training, one after the other' {
        $demo = Join-Path (Split-Path $env:KOHYAPS_MODULE) 'demo'
        if (-not (Test-Path $demo)) { $demo = Join-Path $PSScriptRoot '../../examples/demo' }
        $images = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'img/1_shs robot')
        Get-ChildItem -LiteralPath (Join-Path $demo 'pictures') | Select-Object -First 4 | Copy-Item -Destination $images
        $results = @(Import-LoraConfig -Path (Join-Path $demo 'robot.yaml') | ForEach-Object {
                New-LoraConfig -Template $_ -TrainDataDir (Split-Path $images) -OutputDir (Join-Path $TestDrive 'out') -LoggingDir '' -Resolution 64 -TrainBatchSize 1 -MaxTrainSteps 1 -LrWarmupSteps 0
            } | Expand-LoraConfig -Vary @{ NetworkDim = 2, 3 } | Start-LoraTraining -WarningAction SilentlyContinue)
        $results.ForEach({ "$($_.ExitCode)" }) | Should -Be 'Done', 'Done'
        $results.ForEach({ (Get-LoraNetwork -LiteralPath $_.NetworkPath).Dim }) | Should -Be 2, 3
    }
}
