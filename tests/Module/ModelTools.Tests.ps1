# What a user sees of the tools on models and networks.
BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force

    $script:root = Resolve-Path (Join-Path $PSScriptRoot '../..')
    $script:model = Join-Path $root 'examples/demo/mini-sd.safetensors'
    $script:goldens = Join-Path $root 'tests/Goldens/network-tools/files'
    $script:lora = Join-Path $goldens 'merge-lora.sd1-a.safetensors'
    $script:other = Join-Path $goldens 'merge-lora.sd1-b.safetensors'
}

Describe 'Convert-DiffusionModel' {
    It 'goes from a file to a folder, to a pickle and back' {
        $folder = Convert-DiffusionModel -Path $model -Destination (Join-Path $TestDrive 'folder') -Precision Bf16
        $folder | Should -BeOfType ([KohyaPS.DiffusionCheckpoint])
        $folder.IsDiffusersFolder | Should -BeTrue
        Join-Path $folder.Path 'model_index.json' | Should -Exist
        Join-Path $folder.Path 'unet/diffusion_pytorch_model.safetensors' | Should -Exist
        Join-Path $folder.Path 'tokenizer/vocab.json' | Should -Exist
        $pickle = $folder | Convert-DiffusionModel -Destination (Join-Path $TestDrive 'model.ckpt')
        $pickle.IsDiffusersFolder | Should -BeFalse
        $file = Convert-DiffusionModel -Path $pickle.Path -Destination (Join-Path $TestDrive 'model.safetensors')
        $file.Precision | Should -Be 'Bf16'
        $file.Tensors | Should -Be $folder.Tensors
    }

    It 'writes nothing with -WhatIf and replaces only with -Force' {
        $target = Join-Path $TestDrive 'whatif.safetensors'
        Convert-DiffusionModel -Path $model -Destination $target -WhatIf | Should -BeNullOrEmpty
        $target | Should -Not -Exist
        Set-Content -LiteralPath $target -Value 'mine'
        { Convert-DiffusionModel -Path $model -Destination $target } | Should -Throw -ErrorId 'DestinationExists,KohyaPS.Commands.ConvertDiffusionModelCommand'
        Get-Content -LiteralPath $target | Should -Be 'mine'
    }

    It 'replaces no folder that holds something else, even with -Force' {
        $models = Join-Path $TestDrive 'models'
        $null = New-Item -ItemType File -Path (Join-Path $models 'mine.safetensors') -Force
        { Convert-DiffusionModel -Path $model -Destination $models -Force } | Should -Throw -ErrorId 'DestinationExists,KohyaPS.Commands.ConvertDiffusionModelCommand' -ExpectedMessage '*mine.safetensors*new folder*'
        { Merge-LoraNetwork -Path $lora -Checkpoint $model -Destination $models -Force -WhatIf } | Should -Throw -ErrorId 'DestinationExists,KohyaPS.Commands.MergeLoraNetworkCommand'
        Join-Path $models 'mine.safetensors' | Should -Exist
    }

    It 'calls a folder by its whole name, with or without a slash at its end' {
        foreach ($name in 'slash.v1', 'slash.v2/') {
            (Convert-DiffusionModel -Path $model -Destination (Join-Path $TestDrive $name)).Name | Should -Be $name.TrimEnd('/')
        }
    }

    It 'blames nothing but the folder that stands where a file is to be' {
        $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'isfolder.safetensors')
        { Convert-DiffusionModel -Path $model -Destination $folder.FullName -Force } |
            Should -Throw -ErrorId 'DestinationNotWritable,KohyaPS.Commands.ConvertDiffusionModelCommand' -ExpectedMessage '*Choose another name or move the folder away.'
    }

    It 'looks for the source before it says what it would do, and names a cure that the cmdlet has' {
        foreach ($missing in 'nowhere.safetensors', 'no[1]where.safetensors') {
            { Convert-DiffusionModel -Path $missing -Destination (Join-Path $TestDrive 'no.safetensors') -WhatIf } |
                Should -Throw -ErrorId 'SourceNotFound,KohyaPS.Commands.ConvertDiffusionModelCommand' -ExpectedMessage '*Check the path and the spelling of the name.'
        }
        { Merge-LoraNetwork -Path $lora -Checkpoint nowhere -Destination (Join-Path $TestDrive 'no.safetensors') -WhatIf } |
            Should -Throw -ErrorId 'CheckpointNotFound,KohyaPS.Commands.MergeLoraNetworkCommand'
    }

    It 'blames a source that another program holds, and no full disk for a destination that is a source' {
        $held = Copy-Item -LiteralPath $model -Destination (Join-Path $TestDrive 'held.safetensors') -PassThru
        $stream = [IO.File]::Open($held.FullName, 'Open', 'ReadWrite', 'None')
        try {
            { $held | Convert-DiffusionModel -Destination (Join-Path $TestDrive 'free.safetensors') } |
                Should -Throw -ErrorId 'SourceRefused,KohyaPS.Commands.ConvertDiffusionModelCommand' -ExpectedMessage "*held.safetensors' cannot be read*"
        }
        finally {
            $stream.Dispose()
        }
        { $held | Convert-DiffusionModel -Destination $held.FullName -Force } |
            Should -Throw -ErrorId 'DestinationNotWritable,KohyaPS.Commands.ConvertDiffusionModelCommand' -ExpectedMessage '*never changed. Give another -Destination.'
    }

    It 'writes one input to one destination' {
        { $model, $model | Convert-DiffusionModel -Destination (Join-Path $TestDrive 'twice.safetensors') -Force } |
            Should -Throw -ErrorId 'DestinationTakesOne,KohyaPS.Commands.ConvertDiffusionModelCommand'
    }

    It 'refuses a hostile pickle by what it names' {
        $hostile = Join-Path $root 'tests/Goldens/models/pickle/os-system.ckpt'
        { Convert-DiffusionModel -Path $hostile -Destination (Join-Path $TestDrive 'safe.safetensors') } | Should -Throw -ExpectedMessage '*os.system*Do not use this file*'
        { Convert-DiffusionModel -Path $model -Destination (Join-Path $TestDrive 'x.gguf') } | Should -Throw -ErrorId 'DestinationFormat,KohyaPS.Commands.ConvertDiffusionModelCommand'
    }
}

Describe 'Merge-LoraNetwork without a checkpoint' {
    It 'merges LoRAs exactly, or to a rank' {
        $exact = Merge-LoraNetwork -Path $lora, $other -Ratio 0.8, -0.5 -Destination (Join-Path $TestDrive 'exact.safetensors')
        $exact | Should -BeOfType ([KohyaPS.LoraNetwork])
        ($exact.Modules | Measure-Object -Property Dim -Maximum).Maximum | Should -Be 8
        $svd = Merge-LoraNetwork -Path $lora, $other -Method Svd -Rank 2 -Destination (Join-Path $TestDrive 'svd.safetensors')
        ($svd.Modules | Measure-Object -Property Dim -Maximum).Maximum | Should -Be 2
    }

    It 'refuses -<Name>, which would have no effect' -ForEach @(
        @{ Name = 'Method'; Arguments = @{ Method = 'Svd'; Checkpoint = 'mini-sd.safetensors' } }
        @{ Name = 'Shuffle'; Arguments = @{ Shuffle = $true; Checkpoint = 'mini-sd.safetensors' } }
        @{ Name = 'Shuffle'; Arguments = @{ Shuffle = $true; Method = 'Svd' } }
        @{ Name = 'Rank'; Arguments = @{ Rank = 4 } }
    ) {
        { Merge-LoraNetwork -Path $lora, $other -Destination (Join-Path $TestDrive 'idle.safetensors') @Arguments } |
            Should -Throw -ErrorId 'ParameterWithoutEffect,KohyaPS.Commands.MergeLoraNetworkCommand' -ExpectedMessage "-$Name *"
    }

    It 'names what is wrong with block weights' {
        { Merge-LoraNetwork -Path $lora -Destination (Join-Path $TestDrive 'blocks.safetensors') -BlockWeight '[1,2,3]' } |
            Should -Throw -ExpectedMessage '*12, 17, 20 or 26*'
    }
}

Describe 'Resize-LoraNetwork' {
    It 'returns what was kept of each module' {
        $resized = Resize-LoraNetwork -Path $lora -Destination (Join-Path $TestDrive 'small.safetensors') -Rank 2
        $resized | Should -BeOfType ([KohyaPS.ResizedNetwork])
        $resized.Modules.Dim | Sort-Object -Unique | Should -Be 2
        $resized.MeanFroRetained | Should -BeLessOrEqual 1
        (Get-LoraNetwork -Path $resized.Path).Dim | Should -Be 2
    }

    It 'refuses a parameter that means nothing for the method' {
        { Resize-LoraNetwork -Path $lora -Destination (Join-Path $TestDrive 'no.safetensors') -Rank 2 -Method Ratio -Parameter 0.5 } |
            Should -Throw -ErrorId 'ParameterRange,KohyaPS.Commands.ResizeLoraNetworkCommand'
        { Resize-LoraNetwork -Path $lora -Destination (Join-Path $TestDrive 'no.safetensors') -Rank 2 -Parameter 0.5 } |
            Should -Throw -ErrorId 'ParameterWithoutEffect,KohyaPS.Commands.ResizeLoraNetworkCommand'
    }
}

Describe 'New-LoraNetwork and Merge-DiffusionModel' {
    It 'finds in a merged model the LoRA that went in' {
        $source = Join-Path $TestDrive 'dog.safetensors'
        $mixed = Merge-DiffusionModel -Path $model, $model -Ratio 0.75, 0.5 -Destination (Join-Path $TestDrive 'mixed.safetensors') -Precision Float
        $mixed.ChangedTensors | Should -Be $mixed.Tensors
        $network = New-LoraNetwork -Original $model -Tuned $mixed.Path -Destination $source -Rank 4
        $network | Should -BeOfType ([KohyaPS.LoraNetwork])
        $network.Dim | Should -Be 4
        $network.TextEncoderModules | Should -BeGreaterThan 0
    }
}

Describe 'Convert-LoraNetwork' {
    It 'gives diffusers names and takes them back' {
        $there = Convert-LoraNetwork -Path $lora -Destination (Join-Path $TestDrive 'peft.safetensors') -To Diffusers
        $there.Modules.Name | Should -Contain 'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_k'
        $back = $there | Convert-LoraNetwork -Destination (Join-Path $TestDrive 'back.safetensors') -To Kohya
        $back.Modules.Name | Sort-Object | Should -Be ((Get-LoraNetwork -Path $lora).Modules.Name | Sort-Object)
    }
}

Describe 'Split-LoraNetwork and Measure-LoraNetwork' {
    It 'writes one file for each rank' {
        $parts = Split-LoraNetwork -Path (Join-Path $goldens 'small-tools.dylora.safetensors') -Destination (Join-Path $TestDrive 'dy.safetensors') -Unit 2
        $parts.Name | Should -Be 'dy-0002', 'dy-0004'
        $parts.Dim | Should -Be 2, 4
        { Split-LoraNetwork -Path (Join-Path $goldens 'small-tools.dylora.safetensors') -Destination (Join-Path $TestDrive 'dy.safetensors') -Unit 2 } |
            Should -Throw -ErrorId 'DestinationExists,KohyaPS.Commands.SplitLoraNetworkCommand' -ExpectedMessage '*dy-0002*-Force*'
    }

    It 'shows zeros and lost numbers' {
        $statistics = Measure-LoraNetwork -Path (Join-Path $goldens 'small-tools.verify.safetensors')
        $statistics | Should -HaveCount 22
        $statistics | Where-Object Mean -EQ 0 | Should -Not -BeNullOrEmpty
        $statistics | Where-Object { [double]::IsNaN($_.Mean) } | Should -Not -BeNullOrEmpty
        Measure-LoraNetwork -Path (Join-Path $goldens 'small-tools.verify.safetensors') -All | Should -HaveCount 32
    }
}

Describe 'Measure-LoraToken' {
    It 'says when a LoRA has nothing to do with the model' {
        { Measure-LoraToken -Path $lora -Checkpoint $model -ErrorAction Stop } | Should -Throw -ExpectedMessage '*belongs to another kind of model*'
    }
}
