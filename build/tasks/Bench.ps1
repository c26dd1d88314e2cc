function Invoke-BenchTask {
    param([hashtable] $Settings)

    $project = Join-Path $Settings.Root 'tests/Benchmarks'
    Invoke-Dotnet build, $project, '-v', 'quiet', '-nologo', '-tl:off'
    & dotnet run --no-build --project $project | Out-Host
    $LASTEXITCODE
}
