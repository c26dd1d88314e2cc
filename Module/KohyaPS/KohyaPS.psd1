@{
    RootModule             = 'bin/KohyaPS.Commands.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '6f2d0c1e-4f0e-4b63-9d55-0a5b6c1e7a92'
    Author                 = 'The KohyaPS authors'
    CompanyName            = 'KohyaPS'
    Copyright              = '(c) The KohyaPS authors. All rights reserved.'
    Description            = 'Trains, merges and inspects Stable Diffusion LoRAs from PowerShell, without Python.'
    PowerShellVersion      = '7.6'
    CompatiblePSEditions   = @('Core')
    ProcessorArchitecture  = 'Amd64'
    # By name, one a line and sorted: wildcards make importing slow and leave the module empty under constrained language.
    CmdletsToExport        = @(
        'Compare-LoraConfig'
        'Convert-DiffusionModel'
        'Convert-LoraNetwork'
        'Expand-LoraConfig'
        'Export-BucketPreview'
        'Export-LoraConfig'
        'Get-LoraNetwork'
        'Get-LoraTraining'
        'Get-TrainingDataset'
        'Get-TrainingState'
        'Import-LoraConfig'
        'Install-LoraRuntime'
        'Invoke-FolderPreparation'
        'Measure-DatasetBalance'
        'Measure-LoraNetwork'
        'Measure-LoraToken'
        'Measure-LoraTraining'
        'Merge-DiffusionModel'
        'Merge-LoraNetwork'
        'New-DiffusionImage'
        'New-LoraConfig'
        'New-LoraNetwork'
        'Remove-TrainingState'
        'Resize-LoraNetwork'
        'Save-TrainingState'
        'Set-DatasetBalance'
        'Split-LoraNetwork'
        'Start-LoraTraining'
        'Stop-LoraTraining'
        'Test-LoraConfig'
        'Test-LoraEnvironment'
        'Test-LoraNetwork'
        'Test-TrainingDataset'
    )
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    FormatsToProcess       = @('KohyaPS.Format.ps1xml')
    TypesToProcess         = @('KohyaPS.Types.ps1xml')
    PrivateData            = @{
        PSData = @{
            Tags       = @('StableDiffusion', 'LoRA', 'MachineLearning', 'Training', 'PSEdition_Core', 'Windows', 'Linux')
        }
    }
}
