package io.github.fusedrnn.weights;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where each parameter of a layer lies in the canonical block: one array of float32, parameters one after another in PyTorch's order
 * (layer 0 forward, layer 0 reverse, layer 1 forward, …; in each weight_ih, weight_hh, bias_ih, bias_hh, weight_hr, weight_peephole),
 * without gaps. Gradients use the same layout. Immutable, free to share.
 */
public final class WeightLayout {
    private final List<ParameterSpec> parameters;
    private final Map<String, ParameterSpec> byName;
    private final @Nullable ParameterSpec[] byPlace;
    private final int directions;
    private final long size;

    private WeightLayout(RecurrentConfig config) {
        directions = config.directions();
        List<ParameterSpec> all = new ArrayList<>();
        byName = new LinkedHashMap<>();
        byPlace = new @Nullable ParameterSpec[config.stateLayers() * ParameterSpec.Kind.values().length];
        long offset = 0;
        for (int layer = 0; layer < config.layers(); layer++) {
            for (int d = 0; d < directions; d++) {
                for (ParameterSpec.Kind kind : ParameterSpec.Kind.values()) {
                    List<Long> shape = shape(config, kind, layer);
                    if (shape != null) {
                        String name = kind.prefix() + "_l" + layer + (d == 1 ? "_reverse" : "");
                        ParameterSpec spec = new ParameterSpec(name, kind, layer, d, shape, offset);
                        all.add(spec);
                        byName.put(name, spec);
                        byPlace[place(layer, d, kind)] = spec;
                        offset = Math.addExact(offset, spec.size());
                    }
                }
            }
        }
        parameters = List.copyOf(all);
        size = offset;
    }

    /**
     * The layout of a layer's weights.
     *
     * @throws IllegalArgumentException if the sizes' product overflows
     */
    public static WeightLayout of(RecurrentConfig config) {
        try {
            return new WeightLayout(config);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "weights: inputSize = " + config.inputSize() + ", hiddenSize = " + config.hiddenSize()
                            + ", layers = " + config.layers() + " (expected: sizes whose product fits 63 bits)",
                    e);
        }
    }

    private static @Nullable List<Long> shape(RecurrentConfig config, ParameterSpec.Kind kind, int layer) {
        long h = config.hiddenSize();
        long rows = config.gates() * h;
        return switch (kind) {
            case WEIGHT_IH -> List.of(rows, (long) config.inputSize(layer));
            case WEIGHT_HH -> List.of(rows, (long) config.stateSize());
            case BIAS_IH, BIAS_HH -> config.bias() ? List.of(rows) : null;
            case WEIGHT_HR -> config.projectionSize() > 0 ? List.of((long) config.projectionSize(), h) : null;
            case WEIGHT_PEEPHOLE -> config.peepholes() ? List.of(3 * h) : null;
        };
    }

    private int place(int layer, int direction, ParameterSpec.Kind kind) {
        return (layer * directions + direction) * ParameterSpec.Kind.values().length + kind.ordinal();
    }

    /** All parameters in canonical order. */
    public List<ParameterSpec> parameters() {
        return parameters;
    }

    /** Elements of the whole block. */
    public long size() {
        return size;
    }

    /**
     * The parameter of a name.
     *
     * @throws IllegalArgumentException if there is none; the message lists the names
     */
    public ParameterSpec get(String name) {
        ParameterSpec spec = byName.get(name);
        if (spec == null) {
            throw Checks.wrong("parameter", "'" + name + "'", "one of " + byName.keySet());
        }
        return spec;
    }

    /** The parameter of a place, null where this layer has none there. */
    public @Nullable ParameterSpec find(int layer, int direction, ParameterSpec.Kind kind) {
        return byPlace[place(layer, direction, kind)];
    }

    /**
     * Refuses anything but exactly this layer's parameters with their sizes; names every one that is missing, unknown or of another size.
     *
     * @throws IllegalArgumentException if anything is wrong
     */
    public void check(Map<String, float[]> values) {
        StringBuilder wrong = new StringBuilder();
        for (ParameterSpec spec : parameters) {
            float[] value = values.get(spec.name());
            if (value == null) {
                wrong.append("; ")
                        .append(spec.name())
                        .append(": missing (expected: ")
                        .append(spec.shape())
                        .append(')');
            } else if (value.length != spec.size()) {
                wrong.append("; ")
                        .append(spec.name())
                        .append(": ")
                        .append(value.length)
                        .append(" elements (expected: ")
                        .append(spec.size())
                        .append(" = ")
                        .append(spec.shape())
                        .append(')');
            }
        }
        TreeSet<String> unknown = new TreeSet<>(values.keySet());
        parameters.forEach(spec -> unknown.remove(spec.name()));
        if (!unknown.isEmpty()) {
            wrong.append("; unknown: ").append(unknown);
        }
        if (wrong.length() > 0) {
            throw new IllegalArgumentException("weights" + wrong);
        }
    }

    /**
     * Element offsets as the native ABI wants them: {@code [(layer*D + direction)*6 + kind]}, −1 where absent; a fresh array.
     */
    public long[] offsets() {
        long[] offsets = new long[byPlace.length];
        for (int i = 0; i < offsets.length; i++) {
            ParameterSpec spec = byPlace[i];
            offsets[i] = spec == null ? -1 : spec.offset();
        }
        return offsets;
    }
}
