BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force
}

Describe 'Install-LoraRuntime' {
    It 'names the package that a folder lacks' {
        { Install-LoraRuntime -Source $TestDrive -Destination (Join-Path $TestDrive 'runtimes') -Runtime linux-x64 } |
            Should -Throw '*libtorch-cuda-12.8-linux-x64*' -ErrorId 'RuntimeNotInstalled,KohyaPS.Commands.InstallLoraRuntimeCommand'
    }

    It 'says that a folder is missing' {
        { Install-LoraRuntime -Source (Join-Path $TestDrive 'nowhere') } | Should -Throw '*no folder*'
    }

    It 'changes nothing with -WhatIf' {
        $root = Join-Path $TestDrive 'whatif'
        Install-LoraRuntime -Source $TestDrive -Destination $root -Runtime linux-x64 -WhatIf
        Test-Path -LiteralPath $root | Should -BeFalse
    }
}

Describe 'Test-LoraEnvironment' {
    It 'reports one object a check, with a cure for all that is not well' {
        $checks = Test-LoraEnvironment
        'PowerShell', '.NET', 'System', 'Memory', 'Disk', 'GPU', 'Native libraries', 'Fast type' | Should -BeIn $checks.Name
        $checks | Where-Object Status -NE Ok | ForEach-Object { $_.Cure | Should -Not -BeNullOrEmpty }
        ($checks | Where-Object Name -EQ 'PowerShell').Value | Should -Be $PSVersionTable.PSVersion.ToString()
    }

    It 'says with -Gpu why no card can be tried where the processor''s libraries are loaded' {
        $gpu = Test-LoraEnvironment -Gpu | Where-Object Name -EQ 'GPU training'
        if ((Test-LoraEnvironment | Where-Object Name -EQ 'Native libraries').Value -like '*(Cpu)*') {
            $gpu.Status | Should -Be 'Warning'
            $gpu.Cure | Should -BeLike '*Install-LoraRuntime*'
        }
        else {
            $gpu.Status | Should -Be 'Ok'
        }
    }

    It 'leaves the natives alone when asked to' {
        (Test-LoraEnvironment -SkipNatives).Name | Should -Not -Contain 'Native libraries'
    }
}

Describe 'Native libraries that do not load' {
    BeforeAll {
        # The libraries of a process cannot be changed, so each case has a process of its own.
        function Get-NativeFinding {
            param([string] $Folder)

            $command = "Import-Module '$env:KOHYAPS_MODULE'; Test-LoraEnvironment | Where-Object Name -EQ 'Native libraries' | ForEach-Object { `$_.Status; `$_.Cure }"
            $before = $env:KOHYAPS_NATIVE
            try {
                $env:KOHYAPS_NATIVE = $Folder
                (& dotnet pwsh -NoProfile -NonInteractive -Command $command) -join "`n"
            }
            finally {
                $env:KOHYAPS_NATIVE = $before
            }
        }
    }

    It 'are named with the folder and the cure when they are missing' {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'empty natives')).FullName
        $said = Get-NativeFinding $folder
        $said | Should -BeLike "Failed*$folder*KOHYAPS_NATIVE*lacks*Install the module again*"
    }

    It 'are named with the reason when one is cut off' -Skip:$IsWindows {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'cut off')).FullName
        $lib = Join-Path (Split-Path $env:KOHYAPS_MODULE) 'lib'
        Get-ChildItem -Path (Join-Path $lib '*.so*') | ForEach-Object { $null = New-Item -ItemType SymbolicLink -Path (Join-Path $folder $_.Name) -Target $_.FullName }
        Remove-Item -LiteralPath (Join-Path $folder 'libc10.so')
        Set-Content -LiteralPath (Join-Path $folder 'libc10.so') -Value 'short'
        Get-NativeFinding $folder | Should -BeLike 'Failed*libc10.so*damaged or cut off*'
    }
}
