BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force

    function New-Concept {
        param([string] $Root, [string] $Name, [int] $Count)
        $folder = [IO.Directory]::CreateDirectory([IO.Path]::Combine($Root, $Name)).FullName
        for ($i = 0; $i -lt $Count; $i++) {
            [IO.File]::WriteAllText([IO.Path]::Combine($folder, "$i.png"), '')
        }
    }
}

Describe 'Measure-DatasetBalance' {
    BeforeEach {
        $root = Join-Path $TestDrive (New-Guid)
        New-Concept $root '10_dog' 20
        New-Concept $root '10_cat' 40
    }

    It 'shows the repeats that balance the concepts and changes nothing' {
        $balance = Measure-DatasetBalance -Path $root -StepsPerConcept 1000
        $balance | Should -BeOfType KohyaPS.DatasetBalance
        $balance.Name | Should -Be '10_cat', '10_dog'
        $balance.NewRepeats | Should -Be 25, 50
        $balance.Steps | Should -Be 1000, 1000
        (Get-ChildItem -LiteralPath $root).Name | Should -Be '10_cat', '10_dog'
    }

    It 'gives one error for each bad folder and goes on' {
        $balance = (Join-Path $root 'nowhere'), $root | Measure-DatasetBalance -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Should -Be 'PathNotFound,KohyaPS.Commands.MeasureDatasetBalanceCommand'
        $balance.Count | Should -Be 2
    }

    It 'refuses steps that cannot be reached' {
        { Measure-DatasetBalance -Path $root -StepsPerConcept 0 } | Should -Throw -ErrorId 'InvalidSteps,KohyaPS.Commands.MeasureDatasetBalanceCommand'
    }

    It 'takes folders with brackets from the pipeline' {
        $odd = Join-Path $root 'set [1]'
        New-Concept $odd '1_a' 10
        (Get-Item -LiteralPath $odd | Measure-DatasetBalance).NewName | Should -Be '100_a'
    }

    It 'is not disturbed by the preference of the caller' {
        $WhatIfPreference = $true
        (Measure-DatasetBalance -Path $root).Count | Should -Be 2
    }
}

Describe 'Set-DatasetBalance' {
    BeforeEach {
        $root = Join-Path $TestDrive (New-Guid)
    }

    It 'brings 20 and 40 pictures to 50 and 25 repeats at 1000 steps' {
        New-Concept $root '10_dog' 20
        New-Concept $root '10_cat' 40
        $balance = Set-DatasetBalance -Path $root -StepsPerConcept 1000
        (Get-ChildItem -LiteralPath $root).Name | Should -Be '25_cat', '50_dog'
        $balance.Path | ForEach-Object { $_ | Should -Exist }
    }

    It 'renames nothing with -WhatIf' {
        New-Concept $root '10_dog' 20
        Set-DatasetBalance -Path $root -WhatIf | Should -BeNullOrEmpty
        (Get-ChildItem -LiteralPath $root -Force).Name | Should -Be '10_dog'
    }

    It 'renames nothing when two folders would get one name' {
        New-Concept $root '5_cat' 50
        New-Concept $root '9_cat' 50
        New-Concept $root '1_dog' 10
        { Set-DatasetBalance -Path $root -ErrorAction Stop } | Should -Throw -ErrorId 'BalanceNotSet,KohyaPS.Commands.SetDatasetBalanceCommand'
        (Get-ChildItem -LiteralPath $root -Force).Name | Should -Be '1_dog', '5_cat', '9_cat'
    }

    It 'lets two folders exchange their names' {
        New-Concept $root '5_cat' 10
        New-Concept $root '9_cat' 18
        $null = Set-DatasetBalance -Path $root -StepsPerConcept 90
        (Get-ChildItem -LiteralPath (Join-Path $root '9_cat')).Count | Should -Be 10
        (Get-ChildItem -LiteralPath (Join-Path $root '5_cat')).Count | Should -Be 18
    }

    It 'says why an empty folder is left alone' {
        New-Concept $root '10_a' 0
        $null = Set-DatasetBalance -Path $root -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*10_a*no pictures*'
        (Get-ChildItem -LiteralPath $root).Name | Should -Be '10_a'
    }
}
