#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, packs and shows KohyaPS.
.DESCRIPTION
    Build        compiles everything and completes the module in Module/KohyaPS
    Test         runs the C# tests, the golden tests of the checkout and the Pester tests; -Full adds the full-size ones,
                 -Culture tr-TR runs them in another country's language
    Demo         trains a small LoRA and draws what it learned (examples/)
    Bench        measures speed and memory of a full-size training (docs/benchmarks.md)
    Conformance  compares with the recorded numbers of other programs: -Goldens <root>, -Family a,b
    Pack         makes the installable module: -Runtime win-x64 or linux-x64, -Backend Cpu or Cuda
    Clean        removes what the other tasks made
.EXAMPLE
    dotnet tool restore
    dotnet pwsh ./build.ps1 Test
.EXAMPLE
    dotnet pwsh ./build.ps1 Conformance -Family tokenizer,models
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Bench', 'Conformance', 'Pack', 'Clean')]
    [string] $Task = 'Build',

    # Also the full-size tests: tens of minutes and several gigabytes.
    [switch] $Full,

    # Pack: which libtorch.
    [ValidateSet('Cpu', 'Cuda')]
    [string] $Backend = 'Cpu',

    # The folder with recorded numbers; without it tests/Goldens of the checkout.
    [string] $Goldens,

    # Golden families, also as one comma-separated string.
    [string[]] $Family,

    # The system to pack for; without it the one we run on.
    [ValidateSet('win-x64', 'linux-x64')]
    [string] $Runtime = ($IsWindows ? 'win-x64' : 'linux-x64'),

    # Pack -Backend Cuda: the NuGet source or folder with the CUDA packages.
    [string] $Source,

    # Test: only this file of tests/Module.
    [string] $Only,

    # Test: all of them in the language of another country, such as tr-TR.
    [string] $Culture
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
Set-StrictMode -Version Latest

foreach ($part in Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'build/tasks') -Filter '*.ps1') {
    . $part.FullName
}

$settings = @{
    Root    = $PSScriptRoot
    Module  = Join-Path $PSScriptRoot 'Module/KohyaPS/KohyaPS.psd1'
    Backend = $Backend
    Full    = $Full.IsPresent
    Goldens = $Goldens ? (Resolve-Path -LiteralPath $Goldens).ProviderPath : ''
    Family  = @($Family | ForEach-Object { $_ -split ',' } | ForEach-Object Trim | Where-Object { $_ })
    Runtime = $Runtime
    Source  = $Source
    Only    = $Only
    Culture = $Culture
}

# $LASTEXITCODE of a program decides; a task ends with the number that build.ps1 gives back.
exit (& "Invoke-${Task}Task" $settings)
