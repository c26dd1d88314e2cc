# What a user sees of Get-, Test- and Merge-LoraNetwork, and of New-DiffusionImage with a network.
BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force

    $script:root = Resolve-Path (Join-Path $PSScriptRoot '../..')
    $script:model = Join-Path $root 'examples/demo/mini-sd.safetensors'

    # A LoRA of one module; the arrays are float32.
    function New-Lora {
        param([string] $Path, [float] $Up = 1, [string] $Module = 'lora_unet_mid_block_attentions_0_proj_in')

        $tensors = [ordered]@{
            "$Module.alpha"            = @{ shape = @(); values = @([float]1) }
            "$Module.lora_down.weight" = @{ shape = 2, 64, 1, 1; values = @([float]2) * 128 }
            "$Module.lora_up.weight"   = @{ shape = 64, 2, 1, 1; values = @($Up) * 128 }
        }
        $at = 0
        $header = [ordered]@{ '__metadata__' = @{ ss_network_module = 'networks.lora' } }
        $data = foreach ($name in $tensors.Keys) {
            $bytes = $tensors[$name].values.Count * 4
            $header[$name] = @{ dtype = 'F32'; shape = @($tensors[$name].shape); data_offsets = $at, ($at + $bytes) }
            $at += $bytes
            $tensors[$name].values | ForEach-Object { [BitConverter]::GetBytes([float]$_) }
        }
        $json = [Text.Encoding]::UTF8.GetBytes(($header | ConvertTo-Json -Depth 5 -Compress))
        [IO.File]::WriteAllBytes($Path, [byte[]]([BitConverter]::GetBytes([uint64]$json.Length) + $json + $data))
        $Path
    }
}

Describe 'Get-LoraNetwork' {
    BeforeAll {
        $script:lora = New-Lora (Join-Path $TestDrive 'dog.safetensors')
    }

    It 'shows rank, alpha and training settings as numbers and text' {
        $network = Get-LoraNetwork -Path $lora
        $network | Should -BeOfType ([KohyaPS.LoraNetwork])
        $network.Dim | Should -Be 2
        $network.Dim | Should -BeOfType ([int])
        $network.Alpha | Should -Be 1
        $network.Family | Should -Be 'Sd1'
        $network.Metadata['ss_network_module'] | Should -Be 'networks.lora'
    }

    It 'takes files from the pipeline and stops early when nobody wants more' {
        $null = New-Lora (Join-Path $TestDrive 'cat.safetensors')
        $all = Get-ChildItem -LiteralPath $TestDrive -Filter '*.safetensors' | Get-LoraNetwork
        $all.Name | Sort-Object | Should -Be 'cat', 'dog'
        Get-ChildItem -LiteralPath $TestDrive -Filter '*.safetensors' | Get-LoraNetwork | Select-Object -First 1 | Should -HaveCount 1
        Remove-Item -LiteralPath (Join-Path $TestDrive 'cat.safetensors')
    }

    It 'takes names with brackets literally with -LiteralPath and says so without' {
        $odd = New-Lora (Join-Path $TestDrive 'a[1].safetensors')
        (Get-LoraNetwork -LiteralPath $odd).Name | Should -Be 'a[1]'
        { Get-LoraNetwork -Path $odd -ErrorAction Stop } | Should -Throw -ExpectedMessage '*-LiteralPath*'
    }

    It 'follows the location of the session, not of the process' {
        Push-Location -LiteralPath $TestDrive
        try {
            [Environment]::CurrentDirectory = '/'
            (Get-LoraNetwork -Path './dog.safetensors').Name | Should -Be 'dog'
        }
        finally {
            Pop-Location
        }
    }

    It 'gives one error for each bad file and goes on' {
        $found = 'nowhere.safetensors', (New-Item -Path $TestDrive -Name 'page.safetensors' -Value '<!DOCTYPE html>').FullName, $lora |
            Get-LoraNetwork -ErrorAction SilentlyContinue -ErrorVariable problems
        $found | Should -HaveCount 1
        $problems | Should -HaveCount 2
        $problems[0].FullyQualifiedErrorId | Should -Be 'NetworkNotFound,KohyaPS.Commands.GetLoraNetworkCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problems[1].FullyQualifiedErrorId | Should -Be 'NetworkUnreadable,KohyaPS.Commands.GetLoraNetworkCommand'
        $problems[1].Exception.Message | Should -BeLike '*web page*'
    }

    It 'works with the preference for -WhatIf' {
        $WhatIfPreference = $true
        Get-LoraNetwork -Path $lora | Should -HaveCount 1
    }

    It 'names the provider that has no files' {
        { Get-LoraNetwork -LiteralPath 'Env:PATH' -ErrorAction Stop } | Should -Throw -ExpectedMessage '*Environment*'
    }
}

Describe 'Test-LoraNetwork' {
    It 'gives nothing for a sound file, and true with -Quiet' {
        $lora = New-Lora (Join-Path $TestDrive 'sound.safetensors')
        Test-LoraNetwork -Path $lora | Should -BeNullOrEmpty
        Test-LoraNetwork -Path $lora -Quiet | Should -BeTrue
    }

    It 'finds numbers that are not finite and says what to do' {
        $lora = New-Lora (Join-Path $TestDrive 'bad.safetensors') -Up ([float]::NaN)
        $finding = Test-LoraNetwork -Path $lora
        $finding.Id | Should -Be 'NotFinite'
        $finding.Remedy | Should -BeLike '*learning rate*'
        Test-LoraNetwork -Path $lora -Quiet | Should -BeFalse
    }

    It 'reports a file that cannot be read as a finding' {
        $file = (New-Item -Path $TestDrive -Name 'pointer.safetensors' -Value 'version https://git-lfs.github.com/spec/v1').FullName
        (Test-LoraNetwork -LiteralPath $file).Message | Should -BeLike '*git lfs pull*'
    }
}

Describe 'Merge-LoraNetwork' {
    BeforeAll {
        $script:lora = New-Lora (Join-Path $TestDrive 'dog.safetensors')
        $script:merged = Join-Path $TestDrive 'merged.safetensors'
    }

    It 'writes nothing with -WhatIf' {
        Merge-LoraNetwork -Path $lora -Checkpoint $model -Destination $merged -WhatIf | Should -BeNullOrEmpty
        $merged | Should -Not -Exist
    }

    It 'merges what the pipeline brings and returns the checkpoint' {
        $checkpoint = Get-Item -LiteralPath $lora | Merge-LoraNetwork -Checkpoint $model -Ratio 0.5 -Destination $merged
        $checkpoint | Should -BeOfType ([KohyaPS.DiffusionCheckpoint])
        $checkpoint.Path | Should -Exist
        $checkpoint.ChangedTensors | Should -Be 1
        $checkpoint.MergedNetworks[0].Ratio | Should -Be 0.5
        $checkpoint.Metadata['modelspec.merged_from'] | Should -Be 'mini-sd, dog'
    }

    It 'replaces a file only with -Force' {
        { Merge-LoraNetwork -Path $lora -Checkpoint $model -Destination $merged } | Should -Throw -ErrorId 'DestinationExists,KohyaPS.Commands.MergeLoraNetworkCommand'
        (Merge-LoraNetwork -Path $lora -Checkpoint $model -Destination $merged -Precision Bf16 -Force).Precision | Should -Be 'Bf16'
    }

    It 'takes network objects' {
        $checkpoint = Get-LoraNetwork -Path $lora | Merge-LoraNetwork -Checkpoint $model -Destination (Join-Path $TestDrive 'objects.safetensors')
        $checkpoint.MergedNetworks | Should -HaveCount 1
    }

    It 'takes the result of a training, and says when it left no network' {
        $result = [pscustomobject]@{ NetworkPath = $lora }
        ($result | Merge-LoraNetwork -Checkpoint $model -Destination (Join-Path $TestDrive 'trained.safetensors')).ChangedTensors | Should -Be 1
        { [pscustomobject]@{ NetworkPath = $null } | Merge-LoraNetwork -Checkpoint $model -Destination (Join-Path $TestDrive 'none.safetensors') } |
            Should -Throw -ExpectedMessage '*left no network*'
    }

    It 'refuses <Case> with the cure' -ForEach @(
        @{ Case = 'a missing LoRA'; Arguments = @{ Path = 'nowhere.safetensors' }; Id = 'NetworkNotFound' }
        @{ Case = 'a missing checkpoint'; Arguments = @{ Checkpoint = 'nowhere.safetensors' }; Id = 'CheckpointNotFound' }
        @{ Case = 'a LoRA as checkpoint'; Arguments = @{ Checkpoint = 'LORA' }; Id = 'MergeRefused' }
        @{ Case = 'too many ratios'; Arguments = @{ Ratio = 1, 2 }; Id = 'RatioCount' }
        @{ Case = 'another format'; Arguments = @{ Destination = 'x.gguf' }; Id = 'DestinationFormat' }
    ) {
        $all = @{ Path = $lora; Checkpoint = $model; Destination = (Join-Path $TestDrive 'refused.safetensors') }
        foreach ($name in $Arguments.Keys) {
            $all[$name] = $Arguments[$name] -eq 'LORA' ? $lora : $Arguments[$name]
        }
        { Merge-LoraNetwork @all } | Should -Throw -ErrorId "$Id,KohyaPS.Commands.MergeLoraNetworkCommand"
        Join-Path $TestDrive 'refused.safetensors' | Should -Not -Exist
    }

    It 'names a destination that cannot be written: a file where the folder should be' {
        $blocked = Join-Path $lora 'merged.safetensors'
        { Merge-LoraNetwork -Path $lora -Checkpoint $model -Destination $blocked } | Should -Throw -ErrorId 'DestinationNotWritable,KohyaPS.Commands.MergeLoraNetworkCommand'
    }
}

Describe 'New-DiffusionImage' {
    BeforeAll {
        $script:common = @{ Model = $model; Prompt = 'a robot'; Steps = 1; Width = 64; Height = 64; GuidanceScale = 1 }
    }

    It 'draws nothing with -WhatIf' {
        New-DiffusionImage @common -Destination (Join-Path $TestDrive 'whatif') -Grid (Join-Path $TestDrive 'whatif.png') -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem -Path (Join-Path $TestDrive 'whatif*') | Should -BeNullOrEmpty
    }

    It 'keeps the pictures of the bare model beside those of a LoRA that is called base' {
        $lora = New-Lora (Join-Path $TestDrive 'base.safetensors')
        $images = New-DiffusionImage @common -Lora $lora -IncludeBase -Destination (Join-Path $TestDrive 'pictures')
        $images.Path | Sort-Object -Unique | Should -HaveCount 2
    }

    It 'replaces a grid only with -Force' {
        $grid = New-Item -ItemType File -Path (Join-Path $TestDrive 'grid.png')
        { New-DiffusionImage @common -Destination (Join-Path $TestDrive 'sheet') -Grid $grid } |
            Should -Throw -ErrorId 'ImagesExist,KohyaPS.Commands.NewDiffusionImageCommand' -ExpectedMessage '*grid.png*-Force*'
    }

    It 'refuses to leave out a LoRA that is not there' {
        { New-DiffusionImage @common -IncludeBase -Destination (Join-Path $TestDrive 'bare') } | Should -Throw -ErrorId 'BaseWithoutLora,KohyaPS.Commands.NewDiffusionImageCommand'
    }

    It 'says when the libraries are not there, and so does Measure-LoraToken' {
        $lora = New-Lora (Join-Path $TestDrive 'dog.safetensors')
        $script = "Import-Module '$env:KOHYAPS_MODULE'
            try { New-DiffusionImage -Model '$model' -Prompt x -Destination '$TestDrive/none' } catch { `$_.FullyQualifiedErrorId }
            try { Measure-LoraToken '$lora' '$model' -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }"
        $env:KOHYAPS_NATIVE = $TestDrive
        try {
            & dotnet pwsh -NoProfile -NonInteractive -Command $script | Should -Be 'RuntimeNotReady,KohyaPS.Commands.NewDiffusionImageCommand', 'RuntimeNotReady,KohyaPS.Commands.MeasureLoraTokenCommand'
        }
        finally {
            Remove-Item Env:KOHYAPS_NATIVE
        }
    }
}
