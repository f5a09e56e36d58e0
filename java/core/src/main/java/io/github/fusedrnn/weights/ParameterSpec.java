package io.github.fusedrnn.weights;

import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;

/**
 * One parameter's place in the canonical block.
 *
 * @param name PyTorch's name, such as {@code weight_ih_l0_reverse}; peepholes, which PyTorch lacks, are {@code weight_peephole_l{k}}
 * @param kind what it is
 * @param layer k
 * @param direction index of the direction, 0 or 1
 * @param shape dimensions, last index fastest
 * @param offset of its first element in the canonical block, in elements
 */
public record ParameterSpec(String name, Kind kind, int layer, int direction, List<Long> shape, long offset) {

    /** The parameters of one layer and direction, in canonical order. */
    public enum Kind {
        /** {@code [G*H, C_k]}. */
        WEIGHT_IH("weight_ih"),
        /** {@code [G*H, H]}, {@code [4*H, P]} with projection. */
        WEIGHT_HH("weight_hh"),
        /** {@code [G*H]}. */
        BIAS_IH("bias_ih"),
        /** {@code [G*H]}. */
        BIAS_HH("bias_hh"),
        /** {@code [P, H]}. */
        WEIGHT_HR("weight_hr"),
        /** {@code [3*H]} in the order i, f, o. */
        WEIGHT_PEEPHOLE("weight_peephole");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        /** The name's part before the layer. */
        public String prefix() {
            return prefix;
        }
    }

    /** Copies the shape. */
    public ParameterSpec {
        shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long size() {
        long n = 1;
        for (long d : shape) {
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    /** This parameter's part of a vector with the layout of the weights, with the parameter's shape; a view. */
    public FloatTensor view(FloatTensor all) {
        return all.slice(offset, size())
                .reshape(shape.stream().mapToLong(Long::longValue).toArray());
    }
}
