function Invoke-DemoTask {
    param([hashtable] $Settings)

    $null = Invoke-BuildTask $Settings
    & dotnet pwsh -NoProfile -File (Join-Path $Settings.Root 'examples/Demo.ps1') -OutputFolder (Join-Path $Settings.Root 'artifacts/demo') | Out-Host
    $LASTEXITCODE
}
