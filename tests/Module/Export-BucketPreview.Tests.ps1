BeforeAll {
    Import-Module $env:KOHYAPS_MODULE -Force

    # An uncompressed BMP of one colour, any size: no library needed.
    function New-Picture {
        param([string] $Path, [int] $Width, [int] $Height)

        $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Path))
        $stride = ($Width * 3 + 3) -band -bnot 3
        $bytes = [byte[]]::new(54 + $stride * $Height)
        [Array]::Fill($bytes, [byte] 120)
        [byte[]] $head = 0x42, 0x4D + [BitConverter]::GetBytes($bytes.Length) + @(0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0) +
            [BitConverter]::GetBytes($Width) + [BitConverter]::GetBytes($Height) + @(1, 0, 24, 0) + [byte[]]::new(24)
        $head.CopyTo($bytes, 0)
        [IO.File]::WriteAllBytes($Path, $bytes)
    }

    # Width and height as a PNG's header states them.
    function Get-PngSize {
        param([string] $Path)

        $bytes = [IO.File]::ReadAllBytes($Path)
        '{0}x{1}' -f ($bytes[18] * 256 + $bytes[19]), ($bytes[22] * 256 + $bytes[23])
    }
}

Describe 'Export-BucketPreview' {
    BeforeEach {
        $root = Join-Path $TestDrive (New-Guid)
        $images = Join-Path $root 'images'
        $preview = Join-Path $root 'preview'
    }

    It 'puts a tall picture into its bucket and says what is cut off' {
        New-Picture "$images/10_dog/tall.bmp" 100 200
        $before = (Get-FileHash "$images/10_dog/tall.bmp").Hash
        $shown = Export-BucketPreview -Path $images -Destination $preview
        $shown | Should -BeOfType KohyaPS.BucketPreview
        $shown.Source | Should -Be ([IO.Path]::GetFullPath("$images/10_dog/tall.bmp"))
        "$($shown.Size)" | Should -Be '100x200'
        $shown.Bucket.Height | Should -BeGreaterThan $shown.Bucket.Width
        $shown.Path | Should -Be (Join-Path $preview "$($shown.Bucket)" 'tall.png')
        Get-PngSize $shown.Path | Should -Be "$($shown.Bucket)"
        $shown.Crop.Width, $shown.Crop.Height | Should -Be @($shown.Bucket.Width, $shown.Bucket.Height)
        $shown.LostShare | Should -Be (1 - $shown.Bucket.Area / $shown.Scaled.Area)
        (Get-FileHash "$images/10_dog/tall.bmp").Hash | Should -Be $before
    }

    It 'cuts half off from the centre where a configuration has no buckets' {
        New-Picture "$images/10_dog/tall.bmp" 100 200
        $config = New-LoraConfig -TrainDataDir $images -Resolution 128, 128 -EnableBucket:$false
        $shown = $config | Export-BucketPreview -Destination $preview
        "$($shown.Scaled)" | Should -Be '128x256'
        "$($shown.Crop)" | Should -Be '128x128+0+64'
        $shown.LostShare | Should -Be 0.5
        Get-PngSize $shown.Path | Should -Be '128x128'
    }

    It 'writes nothing with -WhatIf' {
        New-Picture "$images/10_dog/a.bmp" 64 64
        Export-BucketPreview -Path $images -Destination $preview -WhatIf | Should -BeNullOrEmpty
        $preview | Should -Not -Exist
    }

    It 'keeps pictures of one name apart, makes a sheet, and replaces only with -Force' {
        New-Picture "$images/10_dog/a.bmp" 64 64
        New-Picture "$images/1_cat/a.bmp" 64 64
        $dataset = Get-TrainingDataset -Path $images
        $shown = @($dataset | Export-BucketPreview -Destination $preview -ContactSheet)
        $shown.Path | Split-Path -Leaf | Sort-Object | Should -Be 'a-2.png', 'a.png'
        Join-Path $preview 'sheet-64x64.png' | Should -Exist
        # Two of 64 pixels side by side, with gaps of 4.
        Get-PngSize (Join-Path $preview 'sheet-64x64.png') | Should -Be '140x72'
        { $dataset | Export-BucketPreview -Destination $preview -ErrorAction Stop } |
            Should -Throw -ExpectedMessage '*-Force*' -ErrorId 'PreviewExists,KohyaPS.Commands.ExportBucketPreviewCommand'
        @($dataset | Export-BucketPreview -Destination $preview -Force).Count | Should -Be 2
    }

    It 'names a damaged picture and shows the others' {
        New-Picture "$images/10_dog/good.bmp" 64 64
        [IO.File]::WriteAllText("$images/10_dog/bad.png", 'no picture')
        # A sound header over pixels that are missing.
        New-Picture "$root/other/1_x/x.bmp" 64 64
        $whole = [IO.File]::ReadAllBytes((Export-BucketPreview -Path "$root/other" -Destination "$root/whole").Path)
        [IO.File]::WriteAllBytes("$images/10_dog/short.png", $whole[0..($whole.Length - 25)])
        $shown = @(Export-BucketPreview -Path $images -Destination $preview -ErrorAction SilentlyContinue -ErrorVariable problems)
        $shown.Path | Split-Path -Leaf | Should -Be 'good.png'
        $problems.Count | Should -Be 2
        "$problems" | Should -BeLike '*bad.png*'
        "$problems" | Should -BeLike '*short.png*'
    }
}
