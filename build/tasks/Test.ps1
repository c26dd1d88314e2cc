# Every test project is a program of its own (xunit v3); its report is counted from the XML it writes.
function Invoke-XunitProject {
    param([hashtable] $Settings, [string] $Name, [string] $Culture, [string[]] $Class)

    $title = $Culture ? "$Name, $Culture" : $Name
    $report = Join-Path $Settings.Root "artifacts/TestResults/$title.xml"
    $project = Join-Path $Settings.Root "tests/$Name"
    $arguments = @('-result-xml', $report, '-noColor')
    $arguments += $Culture ? @('-culture', $Culture) : @()
    foreach ($pattern in $Class) {
        $arguments += '-class', $pattern
    }
    Write-Host "> $title"
    & dotnet run --no-build --project $project -- @arguments | Out-Host
    $code = $LASTEXITCODE
    $count = @{ Name = $title; Passed = 0; Failed = 0; Skipped = 0 }
    if (Test-Path -LiteralPath $report) {
        foreach ($assembly in ([xml](Get-Content -LiteralPath $report -Raw)).SelectNodes('/assemblies/assembly')) {
            $count.Passed += [int]$assembly.passed
            $count.Failed += [int]$assembly.failed + [int]$assembly.errors
            $count.Skipped += [int]$assembly.skipped + [int]$assembly.GetAttribute('not-run')
        }
    }
    # A run that died, or that could not start, has failed even when no test says so.
    if ($code -ne 0 -and $count.Failed -eq 0) {
        Write-Host "$title ended with exit code $code without naming a failed test."
        $count.Failed = 1
    }
    $count
}

# Pester runs in a process of its own, as a user's session would, and leaves nothing in this one.
function Invoke-PesterTests {
    param([hashtable] $Settings)

    $project = Join-Path $Settings.Root 'build/Pester/Pester.csproj'
    Invoke-Dotnet restore, $project, '-v', 'quiet'
    $pester = & dotnet msbuild $project -getProperty:PesterFolder
    $report = Join-Path $Settings.Root 'artifacts/TestResults/Pester.json'
    Write-Host '> Pester'
    $env:KOHYAPS_MODULE = $Settings.Module
    & dotnet pwsh -NoProfile -NonInteractive -File (Join-Path $Settings.Root 'build/RunPester.ps1') `
        -Pester $pester -Tests (Join-Path $Settings.Root 'tests/Module' $Settings.Only) -Report $report -Culture $Settings.Culture | Out-Host
    $code = $LASTEXITCODE
    $count = (Test-Path -LiteralPath $report) ? (Get-Content -LiteralPath $report -Raw | ConvertFrom-Json -AsHashtable) : @{ Passed = 0; Failed = 0; Skipped = 0 }
    if ($code -ne 0 -and $count.Failed -eq 0) {
        Write-Host "Pester ended with exit code $code without naming a failed test."
        $count.Failed = 1
    }
    $count.Name = 'Pester'
    $count
}

function Invoke-TestTask {
    param([hashtable] $Settings)

    $null = Invoke-BuildTask $Settings
    $results = Join-Path $Settings.Root 'artifacts/TestResults'
    if (Test-Path -LiteralPath $results) {
        Remove-Item -LiteralPath $results -Recurse
    }
    $null = New-Item -ItemType Directory -Path $results -Force
    $env:KOHYAPS_FULL = $Settings.Full ? '1' : ''
    if ($Settings.Goldens) {
        $env:KOHYAPS_GOLDENS = $Settings.Goldens
    }
    $counts = @(
        if (-not $Settings.Only) {
            Get-ChildItem -LiteralPath (Join-Path $Settings.Root 'tests') -Directory -Filter '*.Tests' |
                ForEach-Object { Invoke-XunitProject $Settings $_.Name $Settings.Culture }
            # Where numbers have a decimal comma, and where the capital of i is another letter: what reads and writes texts.
            foreach ($culture in 'de-DE', 'tr-TR') {
                Invoke-XunitProject $Settings 'KohyaPS.Core.Tests' $culture
                Invoke-XunitProject $Settings 'KohyaPS.Engine.Tests' $culture 'KohyaPS.Engine.Tests.Configuration.*', 'KohyaPS.Engine.Tests.Files.*'
            }
        }
        Invoke-PesterTests $Settings
    )
    foreach ($count in $counts) {
        Write-Host "$($count.Name): $($count.Passed) passed, $($count.Failed) failed, $($count.Skipped) skipped"
    }
    $sum = @{ Passed = 0; Failed = 0; Skipped = 0 }
    foreach ($count in $counts) {
        foreach ($kind in @($sum.Keys)) {
            $sum[$kind] += $count[$kind]
        }
    }
    Write-Host "$($sum.Passed) passed, $($sum.Failed) failed, $($sum.Skipped) skipped"
    $sum.Failed -eq 0 -and $sum.Passed -gt 0 ? 0 : 1
}
