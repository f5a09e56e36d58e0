package io.github.fusedrnn.spi;

/**
 * A builder's wishes to the cuDNN backend.
 *
 * @param algorithm {@code auto}, {@code standard}, {@code persist} or {@code smallh}
 * @param graphs whether inference of a fixed shape is replayed as a CUDA graph
 * @param ownDropout whether cuDNN draws the dropout masks itself
 */
public record CudnnOptions(String algorithm, boolean graphs, boolean ownDropout) {
    /** The algorithm by rule, graphs, and the masks that every backend has. */
    public static final CudnnOptions AUTO = new CudnnOptions("auto", true, false);
}
