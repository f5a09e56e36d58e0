package io.github.fusedrnn.cudnn.internal;

import java.util.Set;

/**
 * Every native function that this backend calls, in one place. A function that the machine's library lacks is no exception: the process dies
 * at the first call. So only functions stand here that CUDA 13.0 and cuDNN 9 have, and a test holds the list against what the classes call
 * and against what the real libraries export. New in 13.1 and never to be called: {@code cudaExecutionCtx…, cudaGreenCtxCreate,
 * cudaDev…Resource…, cudaGraphConditionalHandleCreate_v2, cudaGraph…GetId}.
 */
final class NativeFunctions {
    /** Of libcudart. */
    static final Set<String> CUDART = Set.of(
            "cudaDeviceGetAttribute",
            "cudaDriverGetVersion",
            "cudaEventCreateWithFlags",
            "cudaEventDestroy",
            "cudaEventRecord",
            "cudaEventSynchronize",
            "cudaFree",
            "cudaFreeHost",
            "cudaGetDeviceCount",
            "cudaGetErrorName",
            "cudaGetErrorString",
            "cudaGetLastError",
            "cudaHostAlloc",
            "cudaMalloc",
            "cudaMemGetInfo",
            "cudaMemcpyAsync",
            "cudaMemcpyPeerAsync",
            "cudaRuntimeGetVersion",
            "cudaSetDevice",
            "cudaStreamCreateWithFlags",
            "cudaStreamDestroy",
            "cudaStreamSynchronize",
            "cudaStreamWaitEvent");

    /** Of the driver, libcuda; no newer than CUDA 12. */
    static final Set<String> DRIVER =
            Set.of("cuDeviceGetName", "cuGetErrorName", "cuGetErrorString", "cuMemsetD32Async");

    /** Of libcublas. */
    static final Set<String> CUBLAS = Set.of(
            "cublasCreate_v2",
            "cublasDestroy_v2",
            "cublasGetStatusName",
            "cublasGetStatusString",
            "cublasSetMathMode",
            "cublasSetStream_v2");

    /** Of libcudnn's parts. */
    static final Set<String> CUDNN = Set.of(
            "cudnnCreate",
            "cudnnDestroy",
            "cudnnGetErrorString",
            "cudnnGetLastErrorString",
            "cudnnGetVersion",
            "cudnnSetStream");

    private NativeFunctions() {}
}
