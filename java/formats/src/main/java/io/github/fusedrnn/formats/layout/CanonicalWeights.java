package io.github.fusedrnn.formats.layout;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.weights.ParameterSpec.Kind;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects the weights of a layer, direction by direction, and names them canonically. For one thread.
 *
 * <pre>{@code
 * CanonicalWeights weights = new CanonicalWeights(config, LayerLayout.of(Framework.KERAS, CellKind.LSTM), 0);
 * weights.put(0, 0, kernel, recurrentKernel, bias, null);
 * Map<String, float[]> canonical = weights.toMap();
 * }</pre>
 */
public final class CanonicalWeights {
    private final RecurrentConfig config;
    private final LayerLayout layout;
    private final float forget;
    private final Map<String, float[]> values = new LinkedHashMap<>();

    /**
     * Begins with no weights.
     *
     * @param config the layer
     * @param layout how what comes is laid out
     * @param forget the constant that the framework adds to an LSTM's f, 0 for none
     */
    public CanonicalWeights(RecurrentConfig config, LayerLayout layout, float forget) {
        if (layout.cell() != config.cell()) {
            throw Checks.wrong("layout", layout.cell(), config.cell());
        }
        this.config = config;
        this.layout = layout;
        this.forget = forget;
    }

    /**
     * Converts the weights of one direction of one layer.
     *
     * @param layer k
     * @param direction 0 or 1
     * @param input input weights in the framework's layout
     * @param recurrent recurrent weights
     * @param bias the biases; null for none, which only a description without biases allows
     * @param peepholes the peepholes, or null for none
     * @return this
     * @throws IllegalArgumentException if anything has a wrong size, or is there although the description has none, or the other way round
     */
    public CanonicalWeights put(
            int layer,
            int direction,
            float[] input,
            float[] recurrent,
            float @Nullable [] bias,
            float @Nullable [] peepholes) {
        String end = "_l" + layer + (direction == 1 ? "_reverse" : "");
        int h = config.hiddenSize();
        set(Kind.WEIGHT_IH, end, layout.matrixToCanonical("input weights", input, h, config.inputSize(layer)));
        set(Kind.WEIGHT_HH, end, layout.matrixToCanonical("recurrent weights", recurrent, h, config.stateSize()));
        if (bias != null) {
            LayerLayout.Biases both = layout.biasToCanonical(bias, h, forget);
            set(Kind.BIAS_IH, end, both.input());
            set(Kind.BIAS_HH, end, both.recurrent());
        }
        if (peepholes != null) {
            set(Kind.WEIGHT_PEEPHOLE, end, layout.peepholesToCanonical(peepholes, h));
        }
        return this;
    }

    private void set(Kind kind, String end, float[] value) {
        values.put(kind.prefix() + end, value);
    }

    /**
     * All weights by canonical name.
     *
     * @return a map in canonical order, owned by the caller
     * @throws IllegalArgumentException if weights are missing, too many or of a wrong size
     */
    public Map<String, float[]> toMap() {
        WeightLayout canonical = WeightLayout.of(config);
        canonical.check(values);
        Map<String, float[]> ordered = new LinkedHashMap<>();
        canonical.parameters().forEach(spec -> ordered.put(spec.name(), values.get(spec.name())));
        return ordered;
    }
}
