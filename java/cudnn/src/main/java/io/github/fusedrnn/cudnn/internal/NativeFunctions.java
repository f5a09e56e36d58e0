package io.github.fusedrnn.cudnn.internal;

import java.util.Set;

/**
 * Every native function that this backend calls. A function that the machine's library lacks does not throw: the first call ends the process. So
 * the list holds only functions of CUDA 13.0 and cuDNN 9, and a test compares it with the calls of the classes and with the exports of the real
 * libraries. New in 13.1 and never to be called: {@code cudaExecutionCtx…, cudaGreenCtxCreate,
 * cudaDev…Resource…, cudaGraphConditionalHandleCreate_v2, cudaGraph…GetId}.
 */
final class NativeFunctions {
    /** Of libcudart. */
    static final Set<String> CUDART = Set.of(
            "cudaDeviceGetAttribute",
            "cudaDriverGetVersion",
            "cudaEventCreate",
            "cudaEventCreateWithFlags",
            "cudaEventDestroy",
            "cudaEventElapsedTime",
            "cudaEventRecord",
            "cudaEventSynchronize",
            "cudaFree",
            "cudaFreeHost",
            "cudaGetDeviceCount",
            "cudaGetErrorName",
            "cudaGetErrorString",
            "cudaGetLastError",
            "cudaGraphDestroy",
            "cudaGraphExecDestroy",
            "cudaGraphInstantiate",
            "cudaGraphLaunch",
            "cudaHostAlloc",
            "cudaMalloc",
            "cudaMemGetInfo",
            "cudaMemcpy2DAsync",
            "cudaMemcpyAsync",
            "cudaMemcpyPeerAsync",
            "cudaMemset2DAsync",
            "cudaMemsetAsync",
            "cudaRuntimeGetVersion",
            "cudaSetDevice",
            "cudaStreamBeginCapture",
            "cudaStreamCreateWithFlags",
            "cudaStreamDestroy",
            "cudaStreamEndCapture",
            "cudaStreamSynchronize",
            "cudaStreamWaitEvent");

    /** Of the driver, libcuda; no newer than CUDA 12. */
    static final Set<String> DRIVER = Set.of(
            "cuDeviceGetName",
            "cuGetErrorName",
            "cuGetErrorString",
            "cuLaunchKernel",
            "cuMemsetD32Async",
            "cuModuleGetFunction",
            "cuModuleLoadData");

    /** Of libcublas. */
    static final Set<String> CUBLAS = Set.of(
            "cublasCreate_v2",
            "cublasDestroy_v2",
            "cublasGetStatusName",
            "cublasGetStatusString",
            "cublasSaxpy_v2",
            "cublasSetMathMode",
            "cublasSetStream_v2",
            "cublasSetWorkspace_v2",
            "cublasSgemm_v2");

    /** Of libcudnn's parts. */
    static final Set<String> CUDNN = Set.of(
            "cudnnCreate",
            "cudnnCreateDropoutDescriptor",
            "cudnnCreateRNNDataDescriptor",
            "cudnnCreateRNNDescriptor",
            "cudnnCreateTensorDescriptor",
            "cudnnDestroy",
            "cudnnDestroyDropoutDescriptor",
            "cudnnDestroyRNNDataDescriptor",
            "cudnnDestroyRNNDescriptor",
            "cudnnDestroyTensorDescriptor",
            "cudnnDropoutGetStatesSize",
            "cudnnGetErrorString",
            "cudnnGetLastErrorString",
            "cudnnGetRNNTempSpaceSizes",
            "cudnnGetRNNWeightParams",
            "cudnnGetRNNWeightSpaceSize",
            "cudnnGetTensorNdDescriptor",
            "cudnnGetVersion",
            "cudnnRNNBackwardData_v8",
            "cudnnRNNBackwardWeights_v8",
            "cudnnRNNForward",
            "cudnnRNNSetClip_v9",
            "cudnnSetDropoutDescriptor",
            "cudnnSetRNNDataDescriptor",
            "cudnnSetRNNDescriptor_v8",
            "cudnnSetStream",
            "cudnnSetTensorNdDescriptor");

    /** Of libnvrtc, called only where this build has no compiled kernels. */
    static final Set<String> NVRTC = Set.of(
            "nvrtcCompileProgram",
            "nvrtcCreateProgram",
            "nvrtcDestroyProgram",
            "nvrtcGetErrorString",
            "nvrtcGetPTX",
            "nvrtcGetPTXSize",
            "nvrtcGetProgramLog",
            "nvrtcGetProgramLogSize");

    private NativeFunctions() {}
}
