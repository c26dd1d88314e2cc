#!/usr/bin/env bash
# Runs the packed Windows natives, and a Windows build of the engine, under Wine. Not part of the tests: it shows what can be seen of
# Windows from Linux. Needs (Debian): wine, wine64, gcc-mingw-w64-x86-64. Exit code 0: natives, engine and one training step all ran.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=$(mktemp -d)
trap 'wineserver --wait 2> /dev/null; rm -rf "$work"' EXIT
mkdir "$work/wine"
export WINEPREFIX="$work/wine" WINEDEBUG=-all WINEARCH=win64
# Intel's OpenMP asks for NUMA masks, which Wine 8 does not know; Windows does.
export KMP_AFFINITY=disabled
# .NET maps its code twice (write xor execute), which Wine 8 gets wrong when code is freed.
export DOTNET_EnableWriteXorExecute=0
windows() { echo "Z:${1//\//\\}"; }

echo '1. A native program loads the packed libraries by full path and multiplies.'
dotnet build build/Natives -p:NativeRid=win-x64 -v quiet -nologo -tl:off
natives="$root/artifacts/native/win-x64"
x86_64-w64-mingw32-gcc -O2 -o "$work/LoadNative.exe" tests/Windows/LoadNative.c
wineboot --init > "$work/wineboot.log" 2>&1
wine "$work/LoadNative.exe" "$(windows "$natives/libiomp5md.dll")" "$(windows "$natives/c10.dll")" "$(windows "$natives/torch_cpu.dll")" "$(windows "$natives/LibTorchSharp.dll")"

echo '2. A self-contained .NET program loads the engine, reads a checkpoint and trains a step, twice.'
dotnet build tests/Windows/WindowsTraining -v quiet -nologo -tl:off
mkdir -p "$work/train/img/1_shs robot" "$work/out"
cp examples/demo/pictures/robot-0[1-4].* "$work/train/img/1_shs robot/"
cp examples/demo/mini-sd.* "$work/"
sed 's/^max_train_steps:.*/max_train_steps: 1/' examples/demo/robot.yaml > "$work/robot.yaml"
# The second training replaces the files of the first.
for run in first second; do
    echo "the $run time"
    KOHYAPS_NATIVE=$(windows "$natives") wine tests/Windows/WindowsTraining/bin/Release/net10.0/win-x64/WindowsTraining.exe \
        "$(windows "$work/robot.yaml")" "$(windows "$work/mini-sd.safetensors")"
done
ls -l "$work/out"
