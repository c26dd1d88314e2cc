function Invoke-DemoTask {
    param([hashtable] $Settings)

    $null = Invoke-BuildTask $Settings
    & dotnet pwsh -NoProfile -File (Join-Path $Settings.Root 'examples/Demo.ps1') | Out-Host
    $LASTEXITCODE
}
