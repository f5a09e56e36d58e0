package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.Precision;

/**
 * A builder's wishes to the backend.
 *
 * @param cpuIsa {@code auto}, {@code plain}, {@code neon}, {@code avx2} or {@code avx512}
 * @param cpuProducts {@code auto}, {@code packed} (our kernels) or {@code openblas}
 * @param precision in which numbers to compute
 * @param choices what measurements have found for plans
 * @param cudnn what the cuDNN backend alone reads
 */
public record EngineOptions(
        String cpuIsa, String cpuProducts, Precision precision, PlanChoices choices, CudnnOptions cudnn) {
    /** What the backend thinks best. */
    public static final EngineOptions AUTO =
            new EngineOptions("auto", "auto", Precision.FLOAT32, PlanChoices.RULE, CudnnOptions.AUTO);

    /** Wishes to the CPU backend and to all. */
    public EngineOptions(String cpuIsa, String cpuProducts, Precision precision, PlanChoices choices) {
        this(cpuIsa, cpuProducts, precision, choices, CudnnOptions.AUTO);
    }
}
