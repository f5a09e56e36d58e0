package io.github.fusedrnn.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** What a contract runs on: a backend and, on the CPU, an instruction set and a way to compute products. */
public enum Target {
    REFERENCE(BackendKind.REFERENCE, "auto", "auto"),
    CPU_PLAIN(BackendKind.CPU, "plain", "packed"),
    CPU_NEON(BackendKind.CPU, "neon", "packed"),
    CPU_AVX2(BackendKind.CPU, "avx2", "packed"),
    CPU_AVX512(BackendKind.CPU, "avx512", "packed"),
    CPU_OPENBLAS(BackendKind.CPU, "auto", "openblas"),
    CUDNN(BackendKind.CUDNN, "auto", "auto");

    /** Set where a driver lists a GPU: then the backend must start, and nothing of it may be skipped. */
    private static final String GPU_PRESENT = "GPU_PRESENT";

    private final BackendKind kind;
    private final String isa;
    private final String products;

    Target(BackendKind kind, String isa, String products) {
        this.kind = kind;
        this.isa = isa;
        this.products = products;
    }

    public BackendKind kind() {
        return kind;
    }

    /** Skips the calling test, with the reason, where this cannot run. */
    public void require() {
        BackendStatus status = Backends.report().stream()
                .filter(s -> s.kind() == kind)
                .findFirst()
                .orElseThrow();
        if (kind == BackendKind.CUDNN && "yes".equals(System.getenv(GPU_PRESENT))) {
            assertThat(status.available())
                    .as("backend CUDNN on a machine with a GPU: %s", status.reason())
                    .isTrue();
        }
        Assumptions.assumeTrue(status.available(), () -> "skipped: backend " + kind + ": " + status.reason());
        if (kind == BackendKind.CPU && !isa.equals("auto")) {
            String canRun = status.details().getOrDefault("instruction set", "");
            Assumptions.assumeTrue(
                    canRun.replaceAll(".*can run", "").matches(".*\\b" + isa + "\\b.*"),
                    () -> "skipped: no " + isa + " here: " + canRun);
        }
    }

    /** Whether it promises that a row's forward bits depend on nothing but the row. */
    public boolean promisesBits() {
        return kind != BackendKind.CUDNN && !products.equals("openblas");
    }

    /** Whether a step rounds its states as the caller does who hands them on, so that chained calls keep every bit; float64 inside does not. */
    public boolean chainsBits() {
        return promisesBits() && kind != BackendKind.REFERENCE;
    }

    /** Whether its inference promises to leave the Java heap alone. */
    public boolean promisesNoGarbage() {
        return kind != BackendKind.REFERENCE;
    }

    public Backend backend() {
        return BackendRegistry.open(kind);
    }

    /** A builder that builds on this target. */
    public <B extends RecurrentBuilder<B>> B on(B builder) {
        return builder.backend(kind).cpuIsa(isa).cpuProducts(products);
    }

    /** A builder that builds on this target with weights stored so. */
    public <B extends RecurrentBuilder<B>> B on(RecurrentBuilder<B> builder, Precision precision) {
        return builder.backend(kind).cpuIsa(isa).cpuProducts(products).precision(precision);
    }

    public RecurrentLayer layer(RecurrentConfig config, double[] weights) {
        return layer(config, weights, 1, 0);
    }

    /** A layer of any description with given weights in canonical order; skips the calling test where this does not run such a layer. */
    public RecurrentLayer layer(RecurrentConfig config, double[] weights, int threads, long dropoutSeed) {
        if (kind == BackendKind.CUDNN) {
            Availability support = backend().supports(config);
            Assumptions.assumeTrue(support.available(), () -> "skipped: backend " + kind + ": " + support.reason());
        }
        return RecurrentBuilder.of(config)
                .backend(kind)
                .cpuIsa(isa)
                .cpuProducts(products)
                .threads(threads)
                .dropoutSeed(dropoutSeed)
                .weights(named(config, weights))
                .build();
    }

    /** A canonical block by name, in float32. */
    public static Map<String, float[]> named(RecurrentConfig config, double[] block) {
        Map<String, float[]> map = new LinkedHashMap<>();
        for (ParameterSpec spec : WeightLayout.of(config).parameters()) {
            int from = Math.toIntExact(spec.offset());
            map.put(spec.name(), LayerRun.floats(Arrays.copyOfRange(block, from, from + Math.toIntExact(spec.size()))));
        }
        return map;
    }
}
