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

    It 'leaves the natives alone when asked to' {
        (Test-LoraEnvironment -SkipNatives).Name | Should -Not -Contain 'Native libraries'
    }
}
