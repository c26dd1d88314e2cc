/* Loads LibTorchSharp.dll by its full path, as the module does, and calls into it: the first of 16 normal numbers of seed 0 is -1.1258 in PyTorch. */
#include <windows.h>
#include <stdint.h>
#include <stdio.h>

typedef void *(*manual_seed_t)(int64_t seed);
typedef void *(*randn_t)(void *generator, const int64_t *sizes, int length, int8_t type, int device, int device_index, int8_t requires_grad);
typedef void *(*matmul_t)(void *left, void *right);
typedef void *(*data_t)(void *tensor);

static FARPROC find(HMODULE library, const char *name)
{
    FARPROC found = GetProcAddress(library, name);
    if (!found) {
        printf("%s is not exported\n", name);
        ExitProcess(3);
    }
    return found;
}

int main(int argc, char **argv)
{
    /* In load order: the first that fails is the one to look at. */
    for (int i = 1; i < argc; i++) {
        if (!LoadLibraryExA(argv[i], NULL, LOAD_WITH_ALTERED_SEARCH_PATH)) {
            printf("%s: Win32 error %lu\n", argv[i], GetLastError());
            return 2;
        }
        printf("loaded %s\n", argv[i]);
        fflush(stdout);
    }
    HMODULE bridge = GetModuleHandleA("LibTorchSharp.dll");
    int64_t sizes[2] = { 4, 4 };
    ((manual_seed_t)find(bridge, "THSTorch_manual_seed"))(0);
    void *drawn = ((randn_t)find(bridge, "THSTensor_randn"))(NULL, sizes, 2, 6, 0, -1, 0);
    float first = *(float *)((data_t)find(bridge, "THSTensor_data"))(drawn);
    void *product = ((matmul_t)find(bridge, "THSTensor_matmul"))(drawn, drawn);
    float squared = *(float *)((data_t)find(bridge, "THSTensor_data"))(product);
    printf("randn %.4f, product %.4f\n", first, squared);
    return first > -1.1259f && first < -1.1257f ? 0 : 1;
}
