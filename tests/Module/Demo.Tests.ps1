# The demo is the proof that a training here teaches a model something: the colours of the robot appear where it is asked for.
BeforeAll {
    # Shares of pixels near a colour in an 8-bit RGB PNG, read without any of the code under test.
    Add-Type -TypeDefinition @'
using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;

public static class PngShares
{
    public static double Near(string path, int red, int green, int blue, int distance)
    {
        var file = File.ReadAllBytes(path);
        int width = 0, height = 0;
        var packed = new MemoryStream();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var kind = System.Text.Encoding.ASCII.GetString(file, at + 4, 4);
            if (kind == "IHDR")
            {
                width = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at + 8));
                height = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at + 12));
                if (file[at + 16] != 8 || file[at + 17] != 2 || file[at + 20] != 0)
                    throw new InvalidDataException("Not an 8-bit RGB PNG.");
            }
            if (kind == "IDAT")
                packed.Write(file, at + 8, length);
            at += length + 12;
        }
        packed.Position = 0;
        var plain = new MemoryStream();
        new ZLibStream(packed, CompressionMode.Decompress).CopyTo(plain);
        var rows = plain.ToArray();
        var stride = width * 3;
        var near = 0;
        for (var y = 0; y < height; y++)
        {
            var start = y * (stride + 1);
            var filter = rows[start];
            for (var i = 0; i < stride; i++)
            {
                var here = start + 1 + i;
                int left = i >= 3 ? rows[here - 3] : 0, up = y > 0 ? rows[here - stride - 1] : 0, corner = i >= 3 && y > 0 ? rows[here - stride - 4] : 0;
                var guess = left + up - corner;
                int a = Math.Abs(guess - left), b = Math.Abs(guess - up), c = Math.Abs(guess - corner);
                var added = filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => a <= b && a <= c ? left : b <= c ? up : corner, _ => 0 };
                rows[here] = (byte)(rows[here] + added);
            }
            for (var x = 0; x < width; x++)
            {
                var pixel = start + 1 + x * 3;
                if (Math.Abs(rows[pixel] - red) <= distance && Math.Abs(rows[pixel + 1] - green) <= distance && Math.Abs(rows[pixel + 2] - blue) <= distance)
                    near++;
            }
        }
        return (double)near / (width * height);
    }
}
'@
    $root = Split-Path (Split-Path $PSScriptRoot)

    function Get-Share {
        param([string] $Folder, [string] $Filter, [int[]] $Colour)

        $shares = Get-ChildItem -LiteralPath (Join-Path $Folder 'samples') -Filter $Filter | ForEach-Object { [PngShares]::Near($_.FullName, $Colour[0], $Colour[1], $Colour[2], 48) }
        ($shares | Measure-Object -Average).Average
    }
}

# One seed shows it; the full run shows that it was no luck.
Describe 'The demo with seed <_>' -ForEach @(if ($env:KOHYAPS_FULL -eq '1') { 42, 2, 3 } else { 42 }) {
    BeforeAll {
        $output = Join-Path $TestDrive "demo-$_"
        $said = & dotnet pwsh -NoProfile -NonInteractive -File (Join-Path $root 'examples/Demo.ps1') -OutputFolder $output -Seed $_ *>&1 | Out-String
        $code = $LASTEXITCODE
    }

    It 'ends with 0 and says where its results are' {
        $code | Should -Be 0 -Because $said
        $said | Should -Match 'before-after\.png'
        'before-after.png', 'robot.safetensors', 'robot-loss.svg' | ForEach-Object { Test-Path -LiteralPath (Join-Path $output $_) | Should -BeTrue }
        Get-ChildItem -LiteralPath (Join-Path $output 'samples') | Should -HaveCount 16
    }

    It 'teaches the model the teal shell and the magenta lamp of the robot' {
        Get-Share $output 'robot-*.png' 0, 158, 150 | Should -BeGreaterOrEqual 0.040
        Get-Share $output 'robot-*.png' 232, 36, 140 | Should -BeGreaterOrEqual 0.002
    }

    It 'could not be passed by the model as it was' {
        Get-Share $output 'base-*.png' 0, 158, 150 | Should -BeLessThan 0.040
        Get-Share $output 'base-*.png' 232, 36, 140 | Should -BeLessThan 0.002
    }
}
