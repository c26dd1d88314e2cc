# One line a family, as the program prints it; over the default root the lines are kept in docs/conformance.md.
function Invoke-ConformanceTask {
    param([hashtable] $Settings)

    Invoke-Dotnet build, (Join-Path $Settings.Root 'tests/KohyaPS.Conformance'), '-v', 'quiet', '-nologo', '-tl:off'
    $arguments = @('run', '--no-build', '--project', (Join-Path $Settings.Root 'tests/KohyaPS.Conformance'), '--')
    if ($Settings.Goldens) {
        $arguments += '--goldens', $Settings.Goldens
    }
    if ($Settings.Family) {
        $arguments += '--family', ($Settings.Family -join ',')
    }
    if ($Settings.Full) {
        $arguments += '--full'
    }
    if (-not $Settings.Goldens -and -not $Settings.Family) {
        $arguments += '--report', (Join-Path $Settings.Root 'docs/conformance.md')
    }
    & dotnet @arguments | Out-Host
    $LASTEXITCODE
}
