using KohyaPS.Engine.Runtime;

namespace KohyaPS.Engine.Tests.Runtime;

public sealed class OutOfMemoryTests
{
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 1024.00 MiB. GPU 0 has a total capacity of 139.80 GiB of which 95.12 MiB is free.")]
    [InlineData("CUDA error: out of memory")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    [InlineData("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")]
    [InlineData("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 70368744177664 bytes.")]
    [InlineData("[enforce fail at alloc_cpu.cpp:121] data. DefaultCPUAllocator: not enough memory: you tried to allocate 70368744177664 bytes.")]
    public void Knows_the_ways_of_processor_card_and_libraries(string message) => Assert.True(OutOfMemory.IsMeantBy(message));

    [Theory]
    [InlineData("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx(handle)`")]
    [InlineData("CUDA error: an illegal memory access was encountered")]
    [InlineData("CUDA error: no kernel image is available for execution on the device")]
    [InlineData("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)")]
    public void Leaves_other_failures_alone(string message) => Assert.False(OutOfMemory.IsMeantBy(message));
}
