# Runs the Pester tests with the pinned Pester and leaves the counts as JSON (build.ps1 Test).
param(
    [Parameter(Mandatory)] [string] $Pester,
    [Parameter(Mandatory)] [string] $Tests,
    [Parameter(Mandatory)] [string] $Report,
    [string] $Culture
)

$ErrorActionPreference = 'Stop'
if ($Culture) {
    # For this process, and on Linux for those that the tests start.
    [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = [cultureinfo]::DefaultThreadCurrentCulture = $Culture
    $env:LC_ALL = $Culture.Replace('-', '_') + '.UTF-8'
}
Import-Module (Join-Path $Pester 'Pester.psd1')

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Tests
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
if ($env:KOHYAPS_FULL -ne '1') {
    $configuration.Filter.ExcludeTag = 'Full'
}
$result = Invoke-Pester -Configuration $configuration

@{
    Passed  = $result.PassedCount
    # A file or block that fails before its tests run counts as well.
    Failed  = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
    Skipped = $result.SkippedCount + $result.NotRunCount + $result.InconclusiveCount
} | ConvertTo-Json | Set-Content -LiteralPath $Report
exit ($result.Result -eq 'Passed' ? 0 : 1)
