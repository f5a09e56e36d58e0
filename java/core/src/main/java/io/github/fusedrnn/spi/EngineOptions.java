package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.Precision;

/**
 * Options of a builder for the backend.
 *
 * @param cpuIsa {@code auto}, {@code plain}, {@code neon}, {@code avx2} or {@code avx512}
 * @param cpuProducts {@code auto}, {@code packed} (our kernels) or {@code openblas}
 * @param precision the precision of the computation
 * @param choices choices that were measured for plans
 * @param cudnn options of the cuDNN backend alone
 */
public record EngineOptions(
        String cpuIsa, String cpuProducts, Precision precision, PlanChoices choices, CudnnOptions cudnn) {
    /** The defaults: the backend chooses. */
    public static final EngineOptions AUTO =
            new EngineOptions("auto", "auto", Precision.FLOAT32, PlanChoices.RULE, CudnnOptions.AUTO);

    /** Options of the CPU backend and of all backends. */
    public EngineOptions(String cpuIsa, String cpuProducts, Precision precision, PlanChoices choices) {
        this(cpuIsa, cpuProducts, precision, choices, CudnnOptions.AUTO);
    }
}
