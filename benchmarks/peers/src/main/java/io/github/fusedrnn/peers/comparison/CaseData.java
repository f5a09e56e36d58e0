package io.github.fusedrnn.peers.comparison;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The input, weights and output gradient of a case, identical in every process. The arrays are shared: do not modify them.
 *
 * @param x input {@code [T, N, C]}
 * @param lengths valid steps of each row {@code [N]}, in descending order, the first T; null if every row has T steps
 * @param weights every parameter by PyTorch's name ({@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0},
 *     {@code …_l1}, {@code …_l0_reverse}) in its layout and gate order (LSTM i f g o, GRU r z n), row-major
 * @param dy gradient of the output {@code [T, N, D*H]} in training, otherwise empty
 */
public record CaseData(float[] x, int @Nullable [] lengths, Map<String, float[]> weights, float[] dy) {
    /** One parameter. */
    public float[] weight(String name) {
        return Objects.requireNonNull(weights.get(name), name);
    }
}
