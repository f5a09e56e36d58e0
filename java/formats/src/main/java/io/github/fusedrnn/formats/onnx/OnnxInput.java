package io.github.fusedrnn.formats.onnx;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.Arrays;

/**
 * The value of a graph input that a model file leaves open, such as weights that are given when the model runs.
 *
 * @param values elements, row-major; not copied
 * @param dims dimensions
 */
public record OnnxInput(float[] values, int... dims) {
    /**
     * Checks that there are as many elements as the dimensions say.
     *
     * @throws IllegalArgumentException if not
     */
    public OnnxInput {
        dims = dims.clone();
        if (Constant.count(dims) != values.length) {
            throw Checks.wrong("values", values.length + " elements", Arrays.toString(dims));
        }
    }

    Constant constant() {
        return Constant.of(dims, values);
    }
}
