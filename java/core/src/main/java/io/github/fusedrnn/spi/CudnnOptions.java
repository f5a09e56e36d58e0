package io.github.fusedrnn.spi;

/**
 * Options of a builder for the cuDNN backend.
 *
 * @param algorithm {@code auto}, {@code standard}, {@code persist} or {@code smallh}
 * @param graphs whether inference of a fixed shape is replayed as a CUDA graph
 * @param ownDropout whether cuDNN generates the dropout masks itself
 */
public record CudnnOptions(String algorithm, boolean graphs, boolean ownDropout) {
    /** The algorithm by rule, graphs, and the dropout masks that all backends share. */
    public static final CudnnOptions AUTO = new CudnnOptions("auto", true, false);
}
