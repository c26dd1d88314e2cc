BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force
    $examples = Join-Path $PSScriptRoot '../../examples'

    # The smallest sound PNG: 1 x 1, grey.
    $pixel = [Convert]::FromBase64String('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==')

    function New-Concept {
        param([string] $Root, [string] $Name, [string[]] $Picture, [string] $Caption)
        $folder = [IO.Directory]::CreateDirectory([IO.Path]::Combine($Root, $Name)).FullName
        foreach ($file in $Picture) {
            $bytes = $pixel.Clone()
            [IO.File]::WriteAllBytes([IO.Path]::Combine($folder, $file), $bytes)
            if ($Caption) {
                [IO.File]::WriteAllText([IO.Path]::Combine($folder, [IO.Path]::ChangeExtension($file, '.txt')), $Caption)
            }
        }
    }
}

Describe 'Get-TrainingDataset' {
    BeforeEach {
        $root = Join-Path $TestDrive (New-Guid)
    }

    It 'reads subsets, pictures and captions' {
        New-Concept $root '10_shs dog' 'a.png', 'b.png' 'shs dog, sitting'
        $dataset = Get-TrainingDataset -Path $root
        $dataset | Should -BeOfType KohyaPS.TrainingDataset
        $dataset.ImageFolder | Should -Be $root
        $dataset.ImageCount | Should -Be 2
        $dataset.RepeatedImageCount | Should -Be 20
        $dataset.CaptionCount | Should -Be 2
        @($dataset.Images)[0].Caption.Text | Should -Be 'shs dog, sitting'
    }

    It 'takes the folders of a prepared folder' {
        New-Concept $root 'img/10_shs dog' 'a.png'
        New-Concept $root 'reg/1_dog' 'r.png'
        $null = New-Item -ItemType Directory -Path (Join-Path $root 'model'), (Join-Path $root 'log')
        $dataset = Get-TrainingDataset -Path $root
        $dataset.ImageFolder | Should -Be (Join-Path $root 'img')
        $dataset.RegularizationFolder | Should -Be (Join-Path $root 'reg')
        $dataset.OutputFolder | Should -Be (Join-Path $root 'model')
        $dataset.LoggingFolder | Should -Be (Join-Path $root 'log')
    }

    It 'warns of folders that are not trained' {
        New-Concept $root '10_shs dog' 'a.png'
        New-Concept $root 'cat' 'c.png'
        $null = Get-TrainingDataset -Path $root -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*cat*10_cat*'
    }

    It 'follows the location of the session, drives and literal names' {
        New-Concept $root 'set [1]/10_a' 'a.png'
        $null = New-PSDrive -Name KohyaTest -PSProvider FileSystem -Root $root
        try {
            (Get-TrainingDataset -LiteralPath 'KohyaTest:/set [1]').ImageCount | Should -Be 1
        } finally {
            Remove-PSDrive -Name KohyaTest
        }
        Push-Location -LiteralPath $root
        try {
            (Get-TrainingDataset -LiteralPath './set [1]').ImageCount | Should -Be 1
        } finally {
            Pop-Location
        }
        { Get-TrainingDataset -Path (Join-Path $root 'set [1]') -ErrorAction Stop } |
            Should -Throw -ExpectedMessage '*-LiteralPath*' -ErrorId 'PathNotFound,KohyaPS.Commands.GetTrainingDatasetCommand'
    }

    It 'gives one error for each bad folder and goes on' {
        New-Concept $root '10_shs dog' 'a.png'
        $found = (Join-Path $root 'nowhere'), $root | Get-TrainingDataset -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $found.ImageCount | Should -Be 1
    }

    It 'refuses another provider by name' {
        { Get-TrainingDataset -Path 'Env:' -ErrorAction Stop } | Should -Throw -ExpectedMessage '*Environment*' -ErrorId 'ProviderNotSupported,*'
    }

    It 'gives its folders to New-LoraConfig' {
        New-Concept $root 'img/10_shs dog' 'a.png'
        (Get-TrainingDataset -Path $root | New-LoraConfig -WarningAction SilentlyContinue).Folders.TrainDataDir | Should -Be (Join-Path $root 'img')
    }
}

Describe 'Test-TrainingDataset' {
    BeforeEach {
        $root = Join-Path $TestDrive (New-Guid)
    }

    It 'says nothing about a clean dataset' {
        $sets = Join-Path $root 'img'
        $folder = New-Item -ItemType Directory -Path (Join-Path $sets '5_shs robot')
        # Six square pictures with their captions.
        Copy-Item -Path (Join-Path $examples 'demo/pictures/robot-0[1-6].*') -Destination $folder
        New-LoraConfig -TrainDataDir $sets -Resolution 128 -MinBucketReso 64 -BucketNoUpscale:$false | Test-TrainingDataset | Should -BeNullOrEmpty
    }

    It 'reports each finding as an object with a remedy' {
        New-Concept $root 'img/10_shs dog' 'a.png' 'shs dog'
        $findings = Test-TrainingDataset -Path $root
        $findings | Should -BeOfType KohyaPS.DatasetFinding
        $small = $findings | Where-Object -Property Id -EQ ImageTooSmall
        $small.Severity | Should -Be 'Error'
        $small.Path | Should -Be (Join-Path $root 'img/10_shs dog/a.png')
        $small.Remedy | Should -Not -BeNullOrEmpty
    }

    It 'decodes every picture unless told otherwise' {
        New-Concept $root '10_shs dog' 'a.png' 'shs dog'
        $path = Join-Path $root '10_shs dog/a.png'
        $bytes = [IO.File]::ReadAllBytes($path)
        [IO.File]::WriteAllBytes($path, $bytes[0..($bytes.Count - 20)])
        (Test-TrainingDataset -Path $root).Id | Should -Contain 'CorruptImage'
        (Test-TrainingDataset -Path $root -SkipPixels).Id | Should -Not -Contain 'CorruptImage'
    }

    It 'counts the tokens of captions' {
        New-Concept $root '10_shs dog' 'a.png' "shs dog $('cat ' * 80)"
        (Test-TrainingDataset -Path $root | Where-Object -Property Id -EQ CaptionTooLong).Value | Should -BeGreaterThan 80
    }

    It 'adds an error with -Strict that a script can catch' {
        New-Concept $root '0_cat' 'a.png'
        Test-TrainingDataset -Path $root -ErrorAction SilentlyContinue -ErrorVariable problems | Should -Not -BeNullOrEmpty
        $problems | Should -BeNullOrEmpty
        { Test-TrainingDataset -Path $root -Strict -ErrorAction Stop } |
            Should -Throw -ErrorId 'DatasetInvalid,KohyaPS.Commands.TestTrainingDatasetCommand'
    }

    It 'takes datasets and configurations from the pipeline' {
        New-Concept $root '10_shs dog' 'a.png'
        (Get-TrainingDataset -Path $root | Test-TrainingDataset).Id | Should -Contain 'ImageTooSmall'
        (New-LoraConfig -TrainDataDir $root | Test-TrainingDataset).Id | Should -Contain 'ImageTooSmall'
    }

    It 'takes a dataset that has been through a job' {
        New-Concept $root '10_shs dog' 'a.png'
        $file = Join-Path $root 'dataset.xml'
        Get-TrainingDataset -Path $root | Export-Clixml -LiteralPath $file
        (Import-Clixml -LiteralPath $file | Test-TrainingDataset).Id | Should -Contain 'ImageTooSmall'
    }

    It 'leaves no picture locked and changes nothing' {
        New-Concept $root '10_shs dog' 'a.png' 'shs dog'
        $before = Get-ChildItem -LiteralPath $root -Recurse | ForEach-Object { "$($_.FullName) $($_.LastWriteTimeUtc.Ticks)" }
        $null = Test-TrainingDataset -Path $root
        Get-ChildItem -LiteralPath $root -Recurse | ForEach-Object { "$($_.FullName) $($_.LastWriteTimeUtc.Ticks)" } | Should -Be $before
        Remove-Item -LiteralPath (Join-Path $root '10_shs dog/a.png')
    }
}
