# What a scheduled script gets to see when something it was given is wrong: one error that names the thing and the cure, a number that tells
# the kind, and no half-written file. Each script runs in a PowerShell of its own.
BeforeDiscovery {
    $mountable = $IsLinux -and (& id -u) -eq 0
    if ($mountable) {
        $probe = Join-Path ([IO.Path]::GetTempPath()) "kohyaps-mount-$PID"
        $null = New-Item -ItemType Directory -Path $probe
        & mount -t tmpfs -o size=64k tmpfs $probe 2>$null
        $mountable = $LASTEXITCODE -eq 0
        if ($mountable) { & umount $probe }
        Remove-Item -LiteralPath $probe
    }
}

BeforeAll {
    $demo = Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'examples/demo'
    $script:model = Join-Path $demo 'mini-sd.safetensors'
    Copy-Item -LiteralPath (Join-Path $demo 'mini-sd.config.json') -Destination $TestDrive

    # A prepared dataset of two pictures, in a folder of its own.
    function New-Dataset {
        param([string] $Name, [switch] $WithoutCaptions)

        $folder = Join-Path $TestDrive $Name 'train/1_shs robot'
        $null = New-Item -ItemType Directory -Path $folder -Force
        foreach ($picture in Get-ChildItem -LiteralPath (Join-Path $demo 'pictures') -Filter '*.png' | Select-Object -First 2) {
            Copy-Item -LiteralPath $picture.FullName -Destination $folder
            if (-not $WithoutCaptions) {
                Set-Content -LiteralPath (Join-Path $folder "$($picture.BaseName).txt") -Value 'shs robot'
            }
        }
        Split-Path $folder
    }

    # A script that trains two steps with what it is given, as a task would run it.
    function Invoke-Training {
        param([string] $Name, [string] $Model = $script:model, [string] $TrainDataDir, [string] $OutputDir, [hashtable] $More = @{})

        $folder = Join-Path $TestDrive $Name
        $null = New-Item -ItemType Directory -Path $folder -Force
        $settings = @{ Model = $Model; TrainDataDir = $TrainDataDir; OutputDir = $OutputDir; OutputName = 'lora'; MaxTrainSteps = 2; Resolution = '64'; NetworkDim = 2; EnableBucket = $false; CacheLatents = $true; OptimizerType = 'AdamW'; Seed = 1 }
        foreach ($setting in $More.Keys) {
            $settings[$setting] = $More[$setting]
        }
        $settings | ConvertTo-Json | Set-Content -LiteralPath (Join-Path $folder 'settings.json')
        Set-Content -LiteralPath (Join-Path $folder 'task.ps1') -Value @"
`$ErrorActionPreference = 'Stop'
`$env:KOHYAPS_RUNS = '$folder/runs'
Import-Module '$env:KOHYAPS_MODULE'
`$settings = Get-Content -LiteralPath '$folder/settings.json' -Raw | ConvertFrom-Json -AsHashtable
`$result = New-LoraConfig @settings | Start-LoraTraining -ErrorAction Continue
exit `$result.ExitCode
"@
        $output = & dotnet pwsh -NoProfile -NonInteractive -File (Join-Path $folder 'task.ps1') 2>&1 | Out-String
        @{ Code = $LASTEXITCODE; Output = $output -replace '\s*\n\s*(\|\s*)?', ' ' -replace '\e\[[\d;]*m', '' }
    }

    function Get-Written {
        param([string] $Folder)

        if (Test-Path -LiteralPath $Folder) { Get-ChildItem -LiteralPath $Folder -Recurse -Force -File }
    }
}

Describe 'A model that cannot be used' {
    BeforeAll {
        $whole = [IO.File]::ReadAllBytes($model)
        [IO.File]::WriteAllBytes((Join-Path $TestDrive 'cut.safetensors'), $whole[0..1000000])
        Set-Content -LiteralPath (Join-Path $TestDrive 'page.safetensors') -Value '<!DOCTYPE html><html><body>Please sign in</body></html>'
        Set-Content -LiteralPath (Join-Path $TestDrive 'pointer.safetensors') -Value "version https://git-lfs.github.com/spec/v1`noid sha256:$('0' * 64)`nsize 4265380512"
        Set-Content -LiteralPath (Join-Path $TestDrive 'empty.safetensors') -Value '' -NoNewline
        # A file of some other network: sound, and no diffusion model.
        $json = [Text.Encoding]::UTF8.GetBytes('{"transformer.h.0.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}')
        [IO.File]::WriteAllBytes((Join-Path $TestDrive 'other.safetensors'), [byte[]]([BitConverter]::GetBytes([uint64]$json.Length) + $json + [byte[]]::new(8)))
        $train = New-Dataset 'models'
    }

    It 'is refused before anything is written: <File>' -ForEach @(
        @{ File = 'nowhere.safetensors'; Says = 'nowhere\.safetensors.*(does not exist|not found|no file)' }
        @{ File = 'cut.safetensors'; Says = 'cut\.safetensors.*cut short' }
        @{ File = 'page.safetensors'; Says = 'page\.safetensors.*web page' }
        @{ File = 'pointer.safetensors'; Says = 'pointer\.safetensors.*(pointer|LFS)' }
        @{ File = 'empty.safetensors'; Says = 'empty\.safetensors.*(empty|0 bytes)' }
        @{ File = 'other.safetensors'; Says = 'other\.safetensors.*Give a Stable Diffusion 1' }
    ) {
        $output = Join-Path $TestDrive "out-$File"
        $run = Invoke-Training "run-$File" -Model (Join-Path $TestDrive $File) -TrainDataDir $train -OutputDir $output
        $run.Code | Should -Be 2 -Because $run.Output
        $run.Output | Should -Match $Says
        Get-Written $output | Should -BeNullOrEmpty
    }

    It 'is refused when it is of another family than the configuration says' {
        $run = Invoke-Training 'family' -TrainDataDir $train -OutputDir (Join-Path $TestDrive 'family/out') -More @{ SDXL = $true }
        $run.Code | Should -Be 2 -Because $run.Output
        $run.Output | Should -Match 'Sdxl asks for.*mini-sd\.safetensors.*Leave out Sdxl'
        Get-Written (Join-Path $TestDrive 'family/out') | Should -BeNullOrEmpty
    }
}

Describe 'Pictures that cannot be used' {
    It 'are missing: an empty folder is named with what belongs there' {
        $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'nothing/train/1_shs robot') -Force
        $run = Invoke-Training 'nothing' -TrainDataDir $folder.Parent.FullName -OutputDir (Join-Path $TestDrive 'nothing/out')
        $run.Code | Should -Be 2 -Because $run.Output
        $run.Output | Should -Match '1_shs robot.*picture|picture.*1_shs robot'
        Get-Written (Join-Path $TestDrive 'nothing/out') | Should -BeNullOrEmpty
    }

    It 'have no captions: the training says which text it uses instead' {
        $run = Invoke-Training 'uncaptioned' -TrainDataDir (New-Dataset 'uncaptioned' -WithoutCaptions) -OutputDir (Join-Path $TestDrive 'uncaptioned/out')
        $run.Code | Should -Be 0 -Because $run.Output
        $said = 'all 2 are trained with the words of the folder'
        $run.Output | Should -Match $said
        # The morning after, the log still says so.
        Get-ChildItem -LiteralPath (Join-Path $TestDrive 'uncaptioned/out') -Filter '*.jsonl' | Get-Content | ConvertFrom-Json | Where-Object event -EQ TrainingWarning |
            Select-Object -ExpandProperty message | Should -Match $said
    }

    It 'have neither captions nor words in the name of their folder' {
        $train = New-Dataset 'wordless' -WithoutCaptions
        Rename-Item -LiteralPath (Join-Path $train '1_shs robot') -NewName '1_'
        $run = Invoke-Training 'wordless' -TrainDataDir $train -OutputDir (Join-Path $TestDrive 'wordless/out')
        $run.Code | Should -Be 2 -Because $run.Output
        $run.Output | Should -Match 'No picture has a caption'
        Get-Written (Join-Path $TestDrive 'wordless/out') | Should -BeNullOrEmpty
    }

    It 'cannot be decoded: each is named' {
        $train = New-Dataset 'corrupt'
        $picture = Get-ChildItem -LiteralPath $train -Recurse -Filter '*.png' | Select-Object -First 1
        $bytes = [IO.File]::ReadAllBytes($picture.FullName)
        [IO.File]::WriteAllBytes($picture.FullName, $bytes[0..($bytes.Length / 2)])
        $run = Invoke-Training 'corrupt' -TrainDataDir $train -OutputDir (Join-Path $TestDrive 'corrupt/out')
        $run.Code | Should -Be 2 -Because $run.Output
        $run.Output | Should -Match ([regex]::Escape($picture.Name))
        (Get-Written (Join-Path $TestDrive 'corrupt/out')).Name | Should -Be 'lora.log.jsonl'
    }
}

Describe 'An output that cannot be written' {
    It 'has a file where its folder should be' {
        Set-Content -LiteralPath (Join-Path $TestDrive 'in-the-way') -Value 'x'
        $run = Invoke-Training 'way' -TrainDataDir (New-Dataset 'way') -OutputDir (Join-Path $TestDrive 'in-the-way/out')
        $run.Code | Should -Be 2 -Because $run.Output
        $run.Output | Should -Match 'in-the-way.*is a file'
        Get-Content -LiteralPath (Join-Path $TestDrive 'in-the-way') | Should -Be 'x'
    }

    It 'lies on a full disk: what was saved before stays whole' -Skip:(-not $mountable) {
        $disk = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'disk')).FullName
        & mount -t tmpfs -o size=600k tmpfs $disk
        try {
            $run = Invoke-Training 'full' -TrainDataDir (New-Dataset 'full') -OutputDir (Join-Path $disk 'out') -More @{ SaveEveryNSteps = 1; NetworkDim = 4; MaxTrainSteps = 10 }
            $run.Code | Should -Be 6 -Because $run.Output
            $run.Output | Should -Match 'full'
            $run.Output | Should -Match 'Free space'
            Get-ChildItem -LiteralPath $disk -Recurse -Force -Filter '*.partial' | Should -BeNullOrEmpty
            Import-Module $env:KOHYAPS_MODULE
            Get-ChildItem -LiteralPath $disk -Recurse -Filter '*.safetensors' | Test-LoraNetwork | Where-Object IsWarning -EQ $false | Should -BeNullOrEmpty
        }
        finally {
            & umount $disk
        }
    }
}

Describe 'A configuration with a setting that does not exist' {
    It 'is refused with the nearest name' {
        $yaml = Join-Path $TestDrive 'unknown.yaml'
        Set-Content -LiteralPath $yaml -Value "network:`n  network_dimm: 4"
        Set-Content -LiteralPath (Join-Path $TestDrive 'unknown.ps1') -Value @"
`$ErrorActionPreference = 'Stop'
Import-Module '$env:KOHYAPS_MODULE'
Import-LoraConfig -LiteralPath '$yaml' | Start-LoraTraining
"@
        $output = & dotnet pwsh -NoProfile -NonInteractive -File (Join-Path $TestDrive 'unknown.ps1') 2>&1 | Out-String
        $LASTEXITCODE | Should -Not -Be 0
        $output | Should -Match 'network_dimm'
        $output | Should -Match 'NetworkDim|network_dim\b'
    }
}
