BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force
}

Describe 'The module' {
    It 'has a valid manifest that exports by name' {
        $manifest = Test-ModuleManifest $env:KOHYAPS_MODULE
        $manifest.Version | Should -Be '0.1.0'
        Get-Content -LiteralPath $env:KOHYAPS_MODULE -Raw | Should -Not -Match "'\*'"
    }

    It 'loads only its own two assemblies when imported' {
        # A fresh process: the tests beside this one may have loaded the engine.
        $loaded = & dotnet pwsh -NoProfile -NonInteractive -Command {
            param($module)
            Import-Module $module
            $null = Get-Command -Module KohyaPS
            [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name }
        } -args $env:KOHYAPS_MODULE
        $loaded | Should -Contain 'KohyaPS.Commands'
        $loaded | Should -Contain 'KohyaPS.Core'
        $loaded | Where-Object { $_ -in 'KohyaPS.Engine', 'TorchSharp', 'SixLabors.ImageSharp', 'YamlDotNet', 'Tomlyn' } | Should -BeNullOrEmpty
    }
}

Describe 'The about topic' {
    It 'is found, and the commands that it shows exist' {
        Import-Module $env:KOHYAPS_MODULE -Force
        $topic = Get-Help about_KohyaPS | Out-String
        $topic | Should -Match 'Trains, merges and inspects'
        [regex]::Matches($topic, '\b(Invoke|New|Start|Merge|Import|Test|Install)-[A-Z][A-Za-z]+').Value | Sort-Object -Unique |
            ForEach-Object { Get-Command -Name $_ -Module KohyaPS -ErrorAction Ignore | Should -Not -BeNullOrEmpty -Because $_ }
    }
}
