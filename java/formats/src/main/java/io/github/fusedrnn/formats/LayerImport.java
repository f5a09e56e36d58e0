package io.github.fusedrnn.formats;

import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One recurrent layer from a file: what it computes, its canonical weights, and how they were found.
 *
 * <pre>{@code
 * LayerImport found = ModelFile.read(Path.of("model.onnx")).only();
 * System.out.println(found.report());
 * try (RecurrentLayer layer = found.builder().build()) { ... }
 * }</pre>
 *
 * @param name what the file calls the layer; may be empty
 * @param config what it computes
 * @param weights every parameter by canonical name, row-major, in canonical order; the map is unmodifiable, the arrays are not copied
 * @param report what was found, how it was mapped, what was ignored
 */
public record LayerImport(String name, RecurrentConfig config, Map<String, float[]> weights, ImportReport report) {
    /**
     * Checks that the weights are the description's.
     *
     * @throws IllegalArgumentException if one is missing, unknown or of another size
     */
    public LayerImport {
        WeightLayout.of(config).check(weights);
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    }

    /** The description, {@link #config()}, by the name that programs written for importers use. */
    public RecurrentConfig desc() {
        return config;
    }

    /**
     * A builder of this layer with these weights: backend and threads remain to be chosen.
     *
     * @return a fresh builder
     */
    public RecurrentBuilder<?> builder() {
        return RecurrentBuilder.of(config).weights(weights);
    }

    /** The name and what it computes; not the weights. */
    @Override
    public String toString() {
        return "LayerImport[" + name + ", " + config + "]";
    }
}
