BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force
}

Describe 'New-LoraConfig' {
    It 'has a parameter for every setting, with its names in snake_case and its short names' {
        $parameters = (Get-Command -Name New-LoraConfig).Parameters
        foreach ($setting in [KohyaPS.SettingCatalogue]::All) {
            $parameters.Keys | Should -Contain $setting.Name
            $names = @($parameters[$setting.Name].Aliases) + $setting.Name
            foreach ($name in @($setting.Key) + $setting.Aliases) {
                $names | Should -Contain $name
            }
        }
        $settings = [KohyaPS.SettingCatalogue]::All.Name
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        $parameters.Keys | Where-Object { $_ -notin $settings -and $_ -notin $common } | Sort-Object |
            Should -Be 'Dataset', 'Name', 'Template', 'Unknown'
    }

    It 'gives each parameter the type of its setting' {
        $parameters = (Get-Command -Name New-LoraConfig).Parameters
        foreach ($setting in [KohyaPS.SettingCatalogue]::All) {
            $type = $parameters[$setting.Name].ParameterType
            $type = [Nullable]::GetUnderlyingType($type) ?? $type
            if ($setting.ValueType -eq [bool]) {
                $type | Should -Be ([switch]) -Because $setting.Name
            } elseif ($setting.ValueType.IsGenericType) {
                $type.GetElementType() | Should -Be $setting.ValueType.GetGenericArguments()[0] -Because $setting.Name
            } else {
                $type | Should -Be $setting.ValueType -Because $setting.Name
            }
        }
    }

    It 'puts every value into its setting' {
        foreach ($setting in [KohyaPS.SettingCatalogue]::All) {
            $value = switch ($setting.ValueType) {
                { $_ -eq [bool] } { -not $setting.Default; break }
                { $_ -eq [string] } { 'a b'; break }
                { $_.IsEnum } { $setting.Choices | Where-Object { $_ -ne [KohyaPS.SettingText]::Format($setting.Default) } | Select-Object -First 1; break }
                { $_.IsGenericType -and $_.GetGenericArguments()[0] -eq [string] } { , @('a=1', 'b=2'); break }
                { $_.IsGenericType } { , @(3, 4); break }
                default { 77 }
            }
            $arguments = @{ $setting.Key = $value }
            $changed = @((New-LoraConfig @arguments).Changed())
            $changed.Count | Should -Be 1 -Because $setting.Name
            $changed[0].Name | Should -Be $setting.Name
        }
    }

    It 'takes a resolution as PowerShell users write it' {
        (New-LoraConfig -Resolution 512, 768).Buckets.Resolution.ToString() | Should -Be '512,768'
        (New-LoraConfig -Resolution 640).Buckets.Resolution.ToString() | Should -Be '640,640'
        { New-LoraConfig -Resolution 1, 2, 3 } | Should -Throw '*width,height*'
    }

    It 'takes the words of sd-scripts for choices' {
        (New-LoraConfig -LrScheduler cosine_with_restarts -NetworkModule networks.lora_fa).Settings |
            Should -Be 'network_module=networks.lora_fa', 'lr_scheduler=cosine_with_restarts'
        { New-LoraConfig -LrScheduler zickzack } | Should -Throw '*cosine_with_restarts*'
        { New-LoraConfig -LrScheduler CosineAnnealingLR } | Should -Throw '*set LrSchedulerType to CosineAnnealingLR*'
        { New-LoraConfig -LrScheduler cosin } | Should -Throw '*Did you mean cosine?*'
        { New-LoraConfig -OptimizerType AdamW9bit } | Should -Throw '*Did you mean AdamW8bit?*'
        (New-LoraConfig -OptimizerType torch.optim.AdamW).Optimizer.OptimizerType | Should -Be 'AdamW'
        (New-LoraConfig -LrSchedulerType onecyclelr).Schedule.LrSchedulerType | Should -BeExactly 'OneCycleLR'
    }

    It 'names the setting that was meant' {
        $settings = @{ NetworkDims = 4 }
        { New-LoraConfig @settings } | Should -Throw '*-NetworkDim?*' -ErrorId 'UnknownSetting,KohyaPS.Commands.NewLoraConfigCommand'
    }

    It 'says the name of today for an old one' {
        New-LoraConfig -network_dim 16 -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } |
            Should -BeLike '*-NetworkDim*'
    }

    It 'completes choices, also through an alias' {
        (TabExpansion2 'New-LoraConfig -Optimizer ada' 29).CompletionMatches.CompletionText | Should -Contain 'AdamW8bit'
        (TabExpansion2 'New-LoraConfig -OptimizerType adem' 34).CompletionMatches.CompletionText | Should -Contain 'AdEMAMix8bit'
        (TabExpansion2 'New-LoraConfig -LrScheduler COSINEW' 35).CompletionMatches.CompletionText | Should -Be 'CosineWithMinLr', 'CosineWithRestarts'
        (TabExpansion2 'New-LoraConfig -LrSchedulerType onec' 36).CompletionMatches.CompletionText | Should -Be 'OneCycleLR'
    }

    It 'takes arguments of an optimizer as a table and refuses those it does not have' {
        (New-LoraConfig -OptimizerArgs @{ weight_decay = 0.1; betas = 0.9, 0.99; amsgrad = $true }).Optimizer.OptimizerArgs |
            Should -Be 'amsgrad=True', 'betas=0.9,0.99', 'weight_decay=0.1'
        $problem = New-LoraConfig -OptimizerType prodigy -OptimizerArgs @{ d_coeff = 2 } | Test-LoraConfig | Where-Object Setting -EQ 'OptimizerArgs'
        $problem.Message | Should -Be "Prodigy has no argument 'd_coeff'."
        $problem.Remedy | Should -Be 'Did you mean d_coef?'
    }

    It 'starts from a template without changing it' {
        $template = New-LoraConfig -NetworkDim 4 -Name first
        $copy = New-LoraConfig -Template $template -NetworkAlpha 2
        $copy.Settings | Should -Be 'network_dim=4', 'network_alpha=2'
        $copy.Name | Should -Be 'first'
        $template.Settings | Should -Be 'network_dim=4'
    }

    It 'takes the folders of a dataset from the pipeline' {
        $dataset = [KohyaPS.TrainingDataset]@{ ImageFolder = '/d/img'; RegularizationFolder = '/d/reg'; OutputFolder = '/d/model'; LoggingFolder = '/d/log' }
        ($dataset | New-LoraConfig -OutputDir '/other').Settings |
            Should -Be 'train_data_dir=/d/img', 'reg_data_dir=/d/reg', 'output_dir=/other', 'logging_dir=/d/log'
    }

    It 'keeps paths as given, relative to the location of the session' {
        Push-Location $TestDrive
        try {
            [Environment]::CurrentDirectory = [System.IO.Path]::GetPathRoot($TestDrive)
            $config = New-LoraConfig -Model './a [1].safetensors'
            $config.Model.PretrainedModelNameOrPath | Should -Be './a [1].safetensors'
            $config.Resolve($config.Model.PretrainedModelNameOrPath) | Should -Be (Join-Path (Resolve-Path .).ProviderPath 'a [1].safetensors')
        } finally {
            Pop-Location
        }
    }

    It 'resolves drives of the session and refuses other providers' {
        $null = New-PSDrive -Name KohyaTest -PSProvider FileSystem -Root $TestDrive
        (New-LoraConfig -TrainDataDir KohyaTest:/img).Folders.TrainDataDir | Should -BeLike "$((Get-Item $TestDrive).FullName)*img"
        { New-LoraConfig -TrainDataDir Env:/x } | Should -Throw '*Environment*'
        (New-LoraConfig -TrainDataDir '"Q9:\some where\"').Folders.TrainDataDir | Should -Be 'Q9:\some where\'
    }

    It 'prints what differs from the defaults' {
        $text = New-LoraConfig -Name dog -NetworkDim 32 | Out-String
        $text | Should -BeLike "*'dog'*NetworkDim  32*"
        $text | Should -Not -BeLike '*LearningRate*'
        $text.Trim().Split("`n").Count | Should -Be 2
    }
}

Describe 'Test-LoraConfig' {
    It 'names the setting' {
        (New-LoraConfig -NetworkDim 0 | Test-LoraConfig).Setting | Should -Be 'NetworkDim'
    }

    It 'has nothing to say about the defaults' {
        New-LoraConfig | Test-LoraConfig | Should -BeNullOrEmpty
    }

    It 'turns problems into errors with -Strict' {
        { New-LoraConfig -NetworkDim 0 | Test-LoraConfig -Strict -ErrorAction Stop } |
            Should -Throw -ErrorId 'ConfigInvalid,KohyaPS.Commands.TestLoraConfigCommand'
    }

    It 'finds paths that do not exist, unless told not to' {
        $config = New-LoraConfig -TrainDataDir (Join-Path $TestDrive 'missing')
        ($config | Test-LoraConfig).Setting | Should -Be 'TrainDataDir'
        $config | Test-LoraConfig -SkipPaths | Should -BeNullOrEmpty
        (New-LoraConfig -Model runwayml/stable-diffusion-v1-5 | Test-LoraConfig).Message | Should -BeLike '*nothing is downloaded*'
    }

    It 'finds the same in a configuration that comes from a file of objects' {
        $path = Join-Path $TestDrive 'config.xml'
        New-LoraConfig -NetworkDim 0 -OptimizerArgs 'betas=0.9,0.99', 'weight_decay=0.1' | Export-Clixml -LiteralPath $path
        (Import-Clixml -LiteralPath $path | Test-LoraConfig).Setting | Should -Be 'NetworkDim'
        Compare-LoraConfig (Import-Clixml -LiteralPath $path) (New-LoraConfig -NetworkDim 0 -OptimizerArgs 'betas=0.9,0.99', 'weight_decay=0.1') | Should -BeNullOrEmpty
    }

    It 'looks into the file of datasets' {
        $file = Join-Path $TestDrive 'datasets.toml'
        Set-Content -LiteralPath $file -Value "[[datasets]]`nresolution = 128`n[[datasets.subsets]]`nimage_dir = '$($TestDrive.FullName)'`ncolor_aug = true"
        (New-LoraConfig -DatasetConfig $file | Test-LoraConfig).Setting | Sort-Object | Should -Be 'CacheLatents', 'MinBucketReso'
        Set-Content -LiteralPath $file -Value "[[datasets]]`n[[datasets.subsets]]`nimage_dirr = 'x'"
        (New-LoraConfig -DatasetConfig $file | Test-LoraConfig).Message | Should -BeLike "*line 3*Did you mean 'image_dir'?*"
    }

    It 'works in constrained language' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$env:KOHYAPS_MODULE'; `$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; (New-LoraConfig -NetworkDim 0 | Test-LoraConfig).Setting")
            $shell.Invoke() | Should -Be 'NetworkDim'
        } finally {
            $shell.Dispose()
        }
    }
}

Describe 'Export-LoraConfig and Import-LoraConfig' {
    It 'give back the same configuration' {
        $path = Join-Path $TestDrive 'a [x] ü.yaml'
        $config = New-LoraConfig -Name dog -NetworkDim 32 -LearningRate 1e-4 -TrainDataDir img -LrWarmupSteps 10%
        $config | Export-LoraConfig -Path $path
        $read = Import-LoraConfig -LiteralPath $path
        Compare-LoraConfig (New-LoraConfig -Template $config -TrainDataDir (Join-Path $PWD img)) (New-LoraConfig -Template $read -TrainDataDir $read.Resolve($read.Folders.TrainDataDir)) |
            Should -BeNullOrEmpty
        $read.Name | Should -Be 'dog'
        Get-Content -LiteralPath $path -Raw | Should -Not -Match "`r"
    }

    It 'write nothing with -WhatIf' {
        $path = Join-Path $TestDrive 'whatif.yaml'
        New-LoraConfig | Export-LoraConfig -Path $path -WhatIf
        Test-Path -LiteralPath $path | Should -BeFalse
    }

    It 'keep an existing file with -NoClobber' {
        $path = Join-Path $TestDrive 'kept.yaml'
        Set-Content -LiteralPath $path -Value 'seed: 1'
        { New-LoraConfig | Export-LoraConfig -Path $path -NoClobber } | Should -Throw -ErrorId 'ConfigFileExists,*'
        Get-Content -LiteralPath $path | Should -Be 'seed: 1'
    }

    It 'keep the datasets of a .toml file with -NoClobber, and refuse what .toml has not' {
        $datasets = Join-Path $TestDrive 'data.toml'
        Set-Content -LiteralPath $datasets -Value "[[datasets]]`n[[datasets.subsets]]`nimage_dir = 'img'"
        $path = Join-Path $TestDrive 'job.toml'
        $kept = Set-Content -LiteralPath (Join-Path $TestDrive 'job_dataset.toml') -Value '# mine' -PassThru
        { Import-LoraConfig $datasets | Export-LoraConfig -Path $path -NoClobber } | Should -Throw -ErrorId 'ConfigFileExists,*' -ExpectedMessage '*job_dataset.toml*'
        Get-Content -LiteralPath (Join-Path $TestDrive 'job_dataset.toml') | Should -Be $kept
        { New-LoraConfig | Export-LoraConfig -Path $path -IncludeDefaults } | Should -Throw -ErrorId 'DefaultsNotInToml,*'
        Test-Path -LiteralPath $path | Should -BeFalse
    }

    It 'refuse to put two configurations into one file' {
        { (New-LoraConfig), (New-LoraConfig) | Export-LoraConfig -Path (Join-Path $TestDrive 'two.yaml') } | Should -Throw -ErrorId 'ConfigFileTakesOne,*'
    }

    It 'refuse a folder as target' {
        { New-LoraConfig | Export-LoraConfig -Path $TestDrive } | Should -Throw -ErrorId 'ConfigNotWritten,*'
    }

    It 'give one error a bad file and go on with the others' {
        Set-Content -LiteralPath (Join-Path $TestDrive 'good.yaml') -Value 'seed: 5'
        Set-Content -LiteralPath (Join-Path $TestDrive 'bad.yaml') -Value "seed: 5`nnetwork_dims: 4"
        $configs = (Join-Path $TestDrive 'bad.yaml'), (Join-Path $TestDrive 'gone.yaml'), (Join-Path $TestDrive 'good.yaml') |
            Import-LoraConfig -ErrorAction SilentlyContinue -ErrorVariable errors
        $configs.Training.Seed | Should -Be 5
        $errors.FullyQualifiedErrorId | Should -Be 'ConfigUnreadable,KohyaPS.Commands.ImportLoraConfigCommand', 'ConfigNotFound,KohyaPS.Commands.ImportLoraConfigCommand'
        $errors[0].Exception.Message | Should -BeLike "*line 2*Did you mean 'network_dim'?*"
    }

    It 'take files from Get-ChildItem, paths relative to the file' {
        $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'sub [1]')
        Set-Content -LiteralPath (Join-Path $folder 'c.yaml') -Value 'train_data_dir: img'
        $config = Get-ChildItem -LiteralPath $folder | Import-LoraConfig
        $config.Resolve($config.Folders.TrainDataDir) | Should -Be (Join-Path $folder.FullName 'img')
    }
}

Describe 'Compare-LoraConfig' {
    It 'lists what differs' {
        $differences = Compare-LoraConfig (New-LoraConfig -NetworkDim 4 -Seed 1) (New-LoraConfig -NetworkDim 8 -Seed 1)
        $differences.Setting | Should -Be 'NetworkDim'
        $differences.Reference, $differences.Difference | Should -Be 4, 8
    }
}
