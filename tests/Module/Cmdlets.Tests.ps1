# Holds for every cmdlet of the module: a new one is covered without a line here.
BeforeDiscovery {
    Import-Module $env:KOHYAPS_MODULE -Force
    $cmdlets = Get-Command -Module KohyaPS -CommandType Cmdlet | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
}

BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force

    # The parameters that the cmdlet itself declares.
    function Get-OwnParameter {
        param($Command)

        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        $Command.Parameters.Values | Where-Object { $_.Name -notin $common }
    }

    # Why a line of an example would not run: syntax errors, unknown commands, parameters that they do not have or that do not go together.
    function Get-ExampleProblem {
        param([string] $Code)

        $tokens = $errors = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $tokens, [ref] $errors)
        $errors | ForEach-Object { $_.Message }
        foreach ($call in $tree.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $name = $call.GetCommandName()
            if (-not $name) {
                continue
            }
            $command = Get-Command -Name $name -ErrorAction Ignore
            if (-not $command) {
                "the command '$name' does not exist"
                continue
            }
            if ($command.CommandType -ne 'Cmdlet') {
                continue
            }
            # Which parameters the pipeline will fill is not known here, and so neither is the set behind a pipe.
            $isPiped = $call.Parent -is [System.Management.Automation.Language.PipelineAst] -and $call.Parent.PipelineElements.IndexOf($call) -gt 0
            [System.Management.Automation.Language.StaticParameterBinder]::BindCommand($call, $true).BindingExceptions.Values |
                ForEach-Object BindingException | Where-Object { -not ($isPiped -and $_.ErrorId -eq 'AmbiguousParameterSet') } | ForEach-Object Message
        }
    }
}

Describe '<Name>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help -Name $Name -Full
        $type = $Command.ImplementingType
        $attribute = $type.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false)[0]
    }

    It 'has an approved verb and a type of the same name' {
        $Command.Verb | Should -BeIn (Get-Verb).Verb
        $Command.Noun | Should -Match '^[A-Z][A-Za-z]+$'
        $type.FullName | Should -BeExactly "KohyaPS.Commands.$($Command.Verb)$($Command.Noun)Command"
    }

    It 'has a synopsis of a sentence and a description' {
        $help.Synopsis | Should -Match '^[A-Z].*[.]\s*$' -Because 'a synopsis from the <summary> is a sentence; without one Get-Help shows the syntax'
        ($help.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty
    }

    It 'describes every parameter' {
        $missing = foreach ($parameter in Get-OwnParameter $Command) {
            $described = $help.parameters.parameter | Where-Object name -EQ $parameter.Name
            if (-not ($described -and ($described.description | Out-String).Trim())) {
                $parameter.Name
            }
        }
        $missing | Should -BeNullOrEmpty
    }

    It 'has at least two examples that parse and bind' {
        $examples = @($help.examples.example)
        $examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $examples) {
            Get-ExampleProblem $example.code | Should -BeNullOrEmpty -Because "the example reads: $($example.code)"
            ($example.remarks | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because 'an example says what happens'
        }
    }

    It 'declares what it writes' {
        # Remove, Unregister, Suspend, Resume and the like may write nothing.
        if ($Command.Verb -in 'Get', 'New', 'Import', 'Export', 'Test', 'Measure', 'Compare', 'Start', 'Save', 'Merge', 'Convert', 'Expand', 'Invoke') {
            $Command.OutputType.Count | Should -BeGreaterThan 0
        }
        foreach ($output in $Command.OutputType.Type) {
            $output | Should -Not -BeNullOrEmpty -Because 'an output type is a loaded type, not a name'
            $output.Assembly.GetName().Name | Should -BeIn 'KohyaPS.Core', 'KohyaPS.Commands', 'System.Private.CoreLib', 'System.IO.FileSystem'
        }
    }

    It 'gives objects that print shortly' {
        $views = ([xml] (Get-Content -Raw -LiteralPath (Join-Path (Split-Path $env:KOHYAPS_MODULE) 'KohyaPS.Format.ps1xml'))).Configuration.ViewDefinitions.View.Name
        foreach ($output in $Command.OutputType.Type | Where-Object { $_.Namespace -eq 'KohyaPS' -and $_.GetProperties().Count -gt 4 }) {
            $output.FullName | Should -BeIn $views -Because 'PowerShell lists every property of an object with more than four'
        }
    }

    It 'offers -WhatIf when it changes something' {
        if ($Command.Verb -in 'Add', 'Convert', 'Export', 'Install', 'Invoke', 'Merge', 'Register', 'Remove', 'Resize', 'Resume', 'Save', 'Set', 'Start', 'Stop', 'Suspend', 'Uninstall', 'Unregister') {
            $attribute.SupportsShouldProcess | Should -BeTrue
        }
        if ($Command.Verb -in 'Remove', 'Unregister', 'Uninstall') {
            $attribute.ConfirmImpact | Should -Be 'High'
        }
    }

    It 'takes paths literally as well as by pattern' {
        if ($Command.Parameters.ContainsKey('Path') -and $Command.Parameters['Path'].Attributes.TypeId.Name -contains 'SupportsWildcardsAttribute') {
            $Command.Parameters['LiteralPath'].Aliases | Should -Contain 'PSPath'
        }
    }

    It 'can be called with plain values in a constrained session' {
        foreach ($parameter in Get-OwnParameter $Command) {
            $parameter.ParameterType | Should -Not -Be ([scriptblock])
        }
    }

    It 'shows no type of the engine or of a package' {
        $shown = foreach ($parameter in Get-OwnParameter $Command) {
            $inner = $parameter.ParameterType
            while ($inner.HasElementType) { $inner = $inner.GetElementType() }
            @($inner) + $inner.GetGenericArguments()
        }
        $shown | ForEach-Object { $_.Assembly.GetName().Name } | Sort-Object -Unique |
            Where-Object { $_ -notmatch '^(System[.]|KohyaPS[.](Core|Commands)$)' } | Should -BeNullOrEmpty
    }
}

Describe 'The check of examples' {
    It 'finds <Wrong>' -ForEach @(
        @{ Wrong = 'Get-LoraNetwork -Nope x' }
        @{ Wrong = 'Export-LoraConfig a.yaml b.yaml' }
        @{ Wrong = 'Get-LoraNetwork -Path a -LiteralPath b' }
        @{ Wrong = 'Get-LoraNothing' }
    ) {
        Get-ExampleProblem $Wrong | Should -Not -BeNullOrEmpty
    }
}

Describe 'The cmdlets together' {
    It 'are all exported by name, and nothing else is' {
        $assembly = (Get-Module KohyaPS).ImplementingAssembly
        $made = $assembly.GetExportedTypes() |
            ForEach-Object { $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) } |
            ForEach-Object { "$($_.VerbName)-$($_.NounName)" } | Sort-Object
        (Import-PowerShellDataFile $env:KOHYAPS_MODULE).CmdletsToExport | Should -Be $made -Because 'CmdletsToExport of the manifest is sorted and complete'
        (Get-Module KohyaPS).ExportedCommands.Keys | Sort-Object | Should -Be $made
    }

    It 'never end the session: no exit in the module' {
        Get-ChildItem -LiteralPath (Split-Path $env:KOHYAPS_MODULE) -Recurse -Include *.ps1, *.psm1 | Should -BeNullOrEmpty -Because 'the module is binary'
    }
}
