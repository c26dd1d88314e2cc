# What a user sees of SD2 and SDXL: training, resuming, merging, and a wrong choice.
BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force

    $script:checkpoints = Resolve-Path (Join-Path $PSScriptRoot '../Goldens/models/checkpoints')
    $script:demo = Resolve-Path (Join-Path $PSScriptRoot '../../examples/demo')
    $env:KOHYAPS_RUNS = Join-Path $TestDrive 'runs'
    $script:dataset = Invoke-FolderPreparation -Path (Join-Path $demo 'pictures') -Destination (Join-Path $TestDrive 'train') -Instance 'shs' -Class 'robot' -Repeats 1

    # A tokenizer of letters, whose ids the small vocabularies of the models have.
    function Add-Tokenizer([string]$Folder, [string]$Pad) {
        $ids = @{ '<|startoftext|>' = 508; '<|endoftext|>' = 509 }
        foreach ($code in 33..126) {
            $ids["$([char]$code)"] = $code - 33
            $ids["$([char]$code)</w>"] = $code + 67
        }
        $null = New-Item -ItemType Directory -Path $Folder -Force
        # Keys that differ by case only.
        $lines = foreach ($key in $ids.Keys) { "$(ConvertTo-Json $key): $($ids[$key])" }
        Set-Content -LiteralPath (Join-Path $Folder 'vocab.json') -Value "{$($lines -join ', ')}"
        Set-Content -LiteralPath (Join-Path $Folder 'merges.txt') -Value '#version: 0.2'
        @{ pad_token = $Pad } | ConvertTo-Json | Set-Content -LiteralPath (Join-Path $Folder 'special_tokens_map.json')
    }

    # The small SD2 predicts v; its sibling for 512 pixels predicts noise.
    function Copy-Model([string]$Name, [string]$Prediction) {
        $folder = Join-Path $TestDrive "$Name-$Prediction"
        Copy-Item -LiteralPath (Join-Path $checkpoints "$Name/diffusers") -Destination $folder -Recurse
        $scheduler = Join-Path $folder 'scheduler/scheduler_config.json'
        $content = Get-Content -LiteralPath $scheduler -Raw | ConvertFrom-Json
        $content | Add-Member -NotePropertyName prediction_type -NotePropertyValue $Prediction -Force
        $content | ConvertTo-Json | Set-Content -LiteralPath $scheduler
        $folder
    }

    function New-FamilyConfig([string]$Model, [string]$Folder, [hashtable]$Settings = @{}) {
        $all = @{
            PretrainedModelNameOrPath = $Model
            TokenizerPath             = $tokenizers
            OutputDir                 = Join-Path $TestDrive $Folder
            Resolution                = '64,64'
            MinBucketReso             = 64
            BucketNoUpscale           = $false
            MaxTrainSteps             = 2
            TrainBatchSize            = 1
            NetworkDim                = 2
            Seed                      = 7
        }
        foreach ($name in $Settings.Keys) {
            $all[$name] = $Settings[$name]
        }
        $dataset | New-LoraConfig @all
    }
}

AfterAll {
    Remove-Item Env:KOHYAPS_RUNS
}

Describe 'A training of <Family>' -ForEach @(
    @{ Family = 'SD2 base'; Name = 'sd2-mini'; Prediction = 'epsilon'; Version = 'sd_v2' }
    @{ Family = 'SD2-v'; Name = 'sd2-mini'; Prediction = 'v_prediction'; Version = 'sd_v2_v' }
    @{ Family = 'SDXL'; Name = 'sdxl-mini'; Prediction = 'epsilon'; Version = 'sdxl_base_v1-0' }
) {
    BeforeAll {
        $script:model = Copy-Model $Name $Prediction
        $script:tokenizers = Join-Path $TestDrive "tokenizers-$Name-$Prediction"
        if ($Name -eq 'sdxl-mini') {
            Add-Tokenizer (Join-Path $tokenizers 'tokenizer') '<|endoftext|>'
            Add-Tokenizer (Join-Path $tokenizers 'tokenizer_2') '!'
        }
        else {
            Add-Tokenizer $tokenizers '!'
        }
        $script:result = New-FamilyConfig $model "$Name-$Prediction-out" @{ SaveState = $true; SaveEveryNSteps = 1 } | Start-LoraTraining
    }

    It 'makes a LoRA that says what it is for' {
        $result.ExitCode | Should -Be 'Done'
        $result.Steps | Should -Be 2
        (Get-LoraNetwork -LiteralPath $result.NetworkPath).Metadata['ss_base_model_version'] | Should -Be $Version
    }

    It 'continues from its first step to the same bits' {
        $state = Get-ChildItem -LiteralPath $result.OutputFolder -Directory -Filter '*step00000001-state'
        $resumed = New-FamilyConfig $model "$Name-$Prediction-resumed" | Start-LoraTraining -Resume $state.FullName
        $resumed.Steps | Should -Be 2
        (Get-LoraNetwork -LiteralPath $resumed.NetworkPath).Metadata['sshs_model_hash'] | Should -Be (Get-LoraNetwork -LiteralPath $result.NetworkPath).Metadata['sshs_model_hash']
    }

    It 'can be merged into its model, as a file, a pickle and a folder' {
        foreach ($target in "$Name-$Prediction.safetensors", "$Name-$Prediction.ckpt", "$Name-$Prediction-merged") {
            $merged = Merge-LoraNetwork -Path $result.NetworkPath -Checkpoint $model -Destination (Join-Path $TestDrive $target)
            $merged.MergedNetworks[0].SkippedModules | Should -BeNullOrEmpty
            $plan = New-FamilyConfig $merged.Path 'plan' @{ VParameterization = $Prediction -eq 'v_prediction' } | Measure-LoraTraining
            $plan.CanStart | Should -BeTrue
            $plan.Family | Should -Be $merged.Family
        }
    }

    It 'is refused as another family, with what was found' {
        $wrong = if ($Name -eq 'sdxl-mini') { @{ V2 = $true } } else { @{ Sdxl = $true } }
        $found = if ($Name -eq 'sdxl-mini') { 'SDXL' } else { 'SD 2.x' }
        { New-FamilyConfig $model 'wrong' $wrong | Start-LoraTraining -ErrorAction Stop } | Should -Throw -ExpectedMessage "*is an $found checkpoint*"
        Join-Path $TestDrive 'wrong' | Should -Not -Exist
    }
}
