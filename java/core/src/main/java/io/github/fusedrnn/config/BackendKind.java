package io.github.fusedrnn.config;

/** The backends that a layer can run on. All give the same numbers within the tolerances that {@code R.check} prints. */
public enum BackendKind {
    /** OpenBLAS and our own fused C++ kernels on x86-64 and arm64. */
    CPU,
    /** cuDNN's fused recurrent kernels on an NVIDIA GPU; comes with the artifact {@code fusedrnn-cudnn}. */
    CUDNN,
    /** Pure Java, float64 inside, plain loops: the oracle that the others are checked against. */
    REFERENCE
}
