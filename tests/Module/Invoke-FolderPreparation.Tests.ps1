BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force

    function New-Pictures {
        param([string] $Folder, [string[]] $Name)
        $null = New-Item -ItemType Directory -Path $Folder -Force
        foreach ($file in $Name) {
            $path = [IO.Path]::Combine($Folder, $file)
            $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path))
            [IO.File]::WriteAllText($path, "content of $file")
            [IO.File]::SetLastWriteTimeUtc($path, [datetime]::new(2020, 1, 2, 3, 4, 5, 678, [DateTimeKind]::Utc))
        }
    }

    # Names, bytes and times of a whole tree.
    function Get-Tree {
        param([string] $Folder)
        foreach ($item in Get-ChildItem -LiteralPath $Folder -Recurse -Force | Sort-Object -Property FullName) {
            $relative = [IO.Path]::GetRelativePath($Folder, $item.FullName)
            if ($item.PSIsContainer) { "$relative/" } else { "$relative $((Get-FileHash -LiteralPath $item.FullName).Hash) $($item.LastWriteTimeUtc.Ticks)" }
        }
    }
}

Describe 'Invoke-FolderPreparation' {
    BeforeEach {
        $root = Join-Path $TestDrive (New-Guid)
        $photos = Join-Path $root 'photos'
        $train = Join-Path $root 'train'
        New-Pictures $photos 'a.png', 'a.txt', 'sub/b.jpg'
        $prepare = @{ Path = $photos; Destination = $train; Instance = 'shs'; Class = 'dog'; Repeats = 20; WarningAction = 'SilentlyContinue' }
    }

    It 'copies every file with its bytes and time stamp, changes no picture and returns the four folders' {
        $before = Get-Tree $photos
        $dogs = Join-Path $root 'dogs'
        New-Pictures $dogs 'x.webp'

        $dataset = Invoke-FolderPreparation @prepare -RegularizationPath $dogs

        $dataset | Should -BeOfType KohyaPS.TrainingDataset
        $dataset.ImageFolder | Should -Be (Join-Path $train 'img')
        $dataset.RegularizationFolder | Should -Be (Join-Path $train 'reg')
        $dataset.OutputFolder | Should -Be (Join-Path $train 'model')
        $dataset.LoggingFolder | Should -Be (Join-Path $train 'log')
        Get-Tree $photos | Should -Be $before
        Get-Tree (Join-Path $train 'img/20_shs dog') | Should -Be $before
        Get-Tree (Join-Path $train 'reg/1_dog') | Should -Be (Get-Tree $dogs)
        $dataset.Subsets.Count | Should -Be 2
    }

    It 'can be run again without changing anything' {
        $first = Invoke-FolderPreparation @prepare
        $before = Get-Tree $train
        $second = Invoke-FolderPreparation @prepare
        $second.ImageFolder | Should -Be $first.ImageFolder
        Get-Tree $train | Should -Be $before
    }

    It 'makes nothing with -WhatIf' {
        $before = Get-Tree $root
        Invoke-FolderPreparation @prepare -WhatIf | Should -BeNullOrEmpty
        Get-Tree $root | Should -Be $before
    }

    It 'replaces another content only with -Force' {
        New-Pictures (Join-Path $train 'img/20_shs dog') 'old.png'
        { Invoke-FolderPreparation @prepare -ErrorAction Stop } |
            Should -Throw -ErrorId 'TargetExists,KohyaPS.Commands.InvokeFolderPreparationCommand'
        $null = Invoke-FolderPreparation @prepare -Force
        Get-Tree (Join-Path $train 'img/20_shs dog') | Should -Be (Get-Tree $photos)
    }

    It 'refuses a destination inside the pictures' {
        $prepare.Destination = Join-Path $photos 'out'
        { Invoke-FolderPreparation @prepare -ErrorAction Stop } |
            Should -Throw -ErrorId 'FoldersOverlap,KohyaPS.Commands.InvokeFolderPreparationCommand'
    }

    It 'reports all problems, each with its id' {
        $prepare.Instance = 'a:b'
        $prepare.Repeats = 0
        $null = Invoke-FolderPreparation @prepare -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Should -Be @(
            'InvalidName,KohyaPS.Commands.InvokeFolderPreparationCommand'
            'InvalidRepeats,KohyaPS.Commands.InvokeFolderPreparationCommand')
        Test-Path -LiteralPath $train | Should -BeFalse
    }

    It 'names a folder that does not exist' {
        $prepare.Path = Join-Path $root 'nowhere'
        { Invoke-FolderPreparation @prepare -ErrorAction Stop } |
            Should -Throw -ErrorId 'PathNotFound,KohyaPS.Commands.InvokeFolderPreparationCommand'
    }

    It 'warns of an older folder with other repeats' {
        New-Pictures (Join-Path $train 'img/10_shs dog') 'old.png'
        $null = Invoke-FolderPreparation @prepare -WarningVariable warnings
        $warnings | Where-Object { $_ -like '*10_shs dog*' } | Should -HaveCount 1
    }

    It 'takes its parameters from the properties of piped objects' {
        $lines = @'
Path,Instance,Class,Repeats
photos,shs,dog,3
photos,kit,cat,5
'@ | ConvertFrom-Csv
        Push-Location -LiteralPath $root
        try {
            $datasets = $lines | Invoke-FolderPreparation -Destination 'train' -WarningAction SilentlyContinue
        } finally {
            Pop-Location
        }
        $datasets.Count | Should -Be 2
        (Get-ChildItem -LiteralPath (Join-Path $train 'img')).Name | Sort-Object | Should -Be '3_shs dog', '5_kit cat'
    }

    It 'takes brackets in a piped folder as part of its name' {
        $odd = Join-Path $root 'photos [1] ü'
        New-Pictures $odd 'a.png'
        $prepare.Remove('Path')
        $null = Get-Item -LiteralPath $odd | Invoke-FolderPreparation @prepare
        Test-Path -LiteralPath (Join-Path $train 'img/20_shs dog/a.png') | Should -BeTrue
    }

    It 'refuses a path outside the file system by name' {
        $prepare.Path = 'Env:'
        { Invoke-FolderPreparation @prepare -ErrorAction Stop } |
            Should -Throw -ExpectedMessage '*Environment*' -ErrorId 'ProviderNotSupported,KohyaPS.Commands.InvokeFolderPreparationCommand'
    }
}
