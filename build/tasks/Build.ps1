# Runs dotnet in the repository's root with its output on the screen; throws where it fails.
function Invoke-Dotnet {
    param([string[]] $Arguments)

    Write-Host "> dotnet $($Arguments -join ' ')"
    & dotnet @Arguments | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($Arguments[0]) failed with exit code $LASTEXITCODE; its messages stand above."
    }
}

function Invoke-BuildTask {
    param([hashtable] $Settings)

    Invoke-Dotnet build, (Join-Path $Settings.Root 'KohyaPS.sln'), '-v', 'minimal', '-nologo', '-tl:off'
    Write-Host "The module is complete: Import-Module '$($Settings.Module)'"
    0
}

function Invoke-CleanTask {
    param([hashtable] $Settings)

    $made = 'artifacts', 'Module/KohyaPS/bin', 'Module/KohyaPS/lib', 'Module/KohyaPS/en-US/KohyaPS.Commands.dll-Help.xml' |
        ForEach-Object { Join-Path $Settings.Root $_ }
    $made += Get-ChildItem -Path (Join-Path $Settings.Root 'src'), (Join-Path $Settings.Root 'tests'), (Join-Path $Settings.Root 'build') -Directory -Recurse |
        Where-Object { $_.Name -in 'bin', 'obj' -and (Get-ChildItem -LiteralPath $_.Parent.FullName -Filter '*.csproj') } |
        ForEach-Object FullName
    # This script may itself run from build/Run/bin, which Windows keeps open.
    $made | Where-Object { (Test-Path -LiteralPath $_) -and $_ -notlike (Join-Path $Settings.Root 'build' 'Run' '*') } |
        ForEach-Object {
            Write-Host "removing $_"
            Remove-Item -LiteralPath $_ -Recurse -Force
        }
    0
}
