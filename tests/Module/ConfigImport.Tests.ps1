BeforeDiscovery {
    # Real files of other people, which are not part of the project; they lie beside the goldens.
    $goldens = $env:KOHYAPS_GOLDENS ? $env:KOHYAPS_GOLDENS : (Join-Path $PSScriptRoot '../Goldens')
    $data = Join-Path $goldens '../data/configs'
    $scripts = @(if (Test-Path -LiteralPath $data) {
            Get-ChildItem -LiteralPath $data -Recurse -Filter *.ps1 | ForEach-Object {
                $commandLines = Get-ChildItem -LiteralPath $_.DirectoryName -Filter "$($_.BaseName)*.cmdline.txt"
                if ($commandLines) {
                    @{ Name = $_.Name; Script = $_.FullName; CommandLine = $commandLines[0].FullName }
                }
            }
        })
    if (-not $scripts) {
        $scripts = @(@{ Name = 'a script'; Script = $null; CommandLine = $null })
    }
}

BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force
}

Describe 'Import-LoraConfig of foreign files' {
    It 'follows variables, lists and conditions of a PowerShell script without running it' {
        $path = Join-Path $TestDrive 'train.ps1'
        Set-Content -LiteralPath $path -Value @'
$model = "D:\models\a b.safetensors" # comment
$dim = 32
$name = "dog"
$folder = Join-Path -Path "D:\out" -ChildPath "$name"
$unetOnly = 1
$offset = 0
New-Item -ItemType File -Path "$PSScriptRoot\was-run.txt"
$extra = [System.Collections.ArrayList]::new()
if ($unetOnly) { [void]$extra.Add("--network_train_unet_only") }
if ($offset -ne 0) { [void]$extra.Add("--noise_offset=$offset") } else { [void]$extra.Add("--network_args"); [void]$extra.Add("conv_dim=$dim") }
accelerate launch --num_cpu_threads_per_process=8 "./train_network.py" `
  --pretrained_model_name_or_path=$model `
  --resolution=512,768 --output_dir="$folder" `
  --output_name=$($name + "_v1") $extra
python other.py --network_dim 1
'@
        $config = Import-LoraConfig -LiteralPath $path
        $config.Settings | Should -Contain 'pretrained_model_name_or_path=D:\models\a b.safetensors'
        $config.Settings | Should -Contain 'output_dir=D:\out\dog'
        $config.Settings | Should -Contain 'output_name=dog_v1'
        $config.Settings | Should -Contain 'resolution=512,768'
        $config.Settings | Should -Contain 'conv_dim=32'
        $config.Network.NetworkTrainUnetOnly | Should -BeTrue
        $config.Noise.NoiseOffset | Should -BeNullOrEmpty
        $config.Origin.Kind | Should -Be 'LaunchScript'
        Get-ChildItem -LiteralPath $TestDrive -Filter 'was-run*' | Should -BeNullOrEmpty
    }

    It 'refuses scripts that would grow without bounds' {
        $deep = Join-Path $TestDrive 'deep.ps1'
        Set-Content -LiteralPath $deep -Value ('$a = 1' + '+1' * 130000)
        $big = Join-Path $TestDrive 'big.ps1'
        Set-Content -LiteralPath $big -Value ('$a = "x"', (@('$a = $a + $a') * 60), 'python train_network.py --seed $a' | ForEach-Object { $_ })
        $null = Import-LoraConfig -LiteralPath $deep, $big -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors.FullyQualifiedErrorId | Should -Be (@('ConfigUnreadable,KohyaPS.Commands.ImportLoraConfigCommand') * 2)
    }

    It 'gives a configuration for each training of a script' {
        $path = Join-Path $TestDrive 'two.ps1'
        Set-Content -LiteralPath $path -Value "python train_network.py --network_dim 4`npython sdxl_train_network.py --network_dim 8"
        $configs = Import-LoraConfig -LiteralPath $path
        $configs.Network.NetworkDim | Should -Be 4, 8
        $configs.Model.Sdxl | Should -Be $false, $true
    }

    It 'reads <Name> as its command line' -ForEach $scripts {
        if (-not $Script) {
            Set-ItResult -Skipped -Because 'scripts of other people are not part of the project'
            return
        }
        $fromScript = @(Import-LoraConfig -LiteralPath $Script -WarningAction SilentlyContinue)[0]
        $fromLine = Import-LoraConfig -LiteralPath $CommandLine -WarningAction SilentlyContinue
        # The recorded command line leaves out what a condition adds for workers.
        Compare-LoraConfig $fromScript $fromLine | Where-Object Setting -NE 'PersistentDataLoaderWorkers' | Should -BeNullOrEmpty
    }

    It 'reads a pasted command line' {
        $config = Import-LoraConfig -CommandLine "accelerate launch sdxl_train_network.py ^`n --network_dim 32 --optimizer_args betas=0.9,0.99 weight_decay=0.1 ^`n --learning_rate 1e-4"
        $config.Model.Sdxl, $config.Network.NetworkDim, $config.Optimizer.LearningRate | Should -Be $true, 32, 0.0001
        $config.Optimizer.OptimizerArgs | Should -Be 'betas=0.9,0.99', 'weight_decay=0.1'
    }

    It 'warns about what is not taken as it is, and keeps secrets to itself' {
        $path = Join-Path $TestDrive 'gui.json'
        Set-Content -LiteralPath $path -Value '{ "LoRA_type": "Standard", "max_resolution": "512,512", "network_dim": 16, "wandb_api_key": "hunter2", "netwrok_alpha": 3, "learning_rate": "1e-4" }'
        $config = Import-LoraConfig -LiteralPath $path -WarningVariable warnings -WarningAction SilentlyContinue
        $config.Network.NetworkDim | Should -Be 16
        "$warnings" | Should -BeLike "*netwrok_alpha*Did you mean 'network_alpha'*"
        "$warnings $($config.Origin.Notes | Out-String)" | Should -Not -BeLike '*hunter2*'
        ($config.Origin.Notes | Where-Object Source -EQ 'network_dim').Outcome | Should -Be 'Taken'
    }

    It 'names files of other programs' {
        $path = Join-Path $TestDrive 'other.json'
        Set-Content -LiteralPath $path -Value '{ "training_method": "LORA", "base_model_name": "x" }'
        { Import-LoraConfig -LiteralPath $path -ErrorAction Stop } | Should -Throw '*OneTrainer*' -ErrorId 'ConfigUnreadable,*'
    }

    It 'reads by content, whatever the name' {
        $path = Join-Path $TestDrive 'preset'
        Set-Content -LiteralPath $path -Value '{ "LoRA_type": "Kohya LoCon", "conv_dim": 8, "conv_alpha": 4 }'
        $config = Import-LoraConfig -LiteralPath $path -WarningAction SilentlyContinue
        $config.Network.ConvDim, $config.Network.ConvAlpha | Should -Be 8, 4
    }
}
