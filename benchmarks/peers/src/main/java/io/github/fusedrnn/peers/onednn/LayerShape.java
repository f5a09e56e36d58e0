package io.github.fusedrnn.peers.onednn;

import io.github.fusedrnn.peers.comparison.CaseSpec;
import org.bytedeco.dnnl.global.dnnl.rnn_direction;

/**
 * The shape of one layer: T, N, its own C, H, D.
 *
 * @param index index of the layer
 */
record LayerShape(CellLayout cell, int index, int steps, int rows, int inputs, int hidden, int directions) {
    static LayerShape of(CaseSpec spec, int index) {
        int inputs = index == 0 ? spec.inputSize() : spec.outputSize();
        return new LayerShape(
                CellLayout.of(spec.cell()),
                index,
                spec.steps(),
                spec.rows(),
                inputs,
                spec.hiddenSize(),
                spec.directions());
    }

    /** The same layer over fewer steps and rows. */
    LayerShape of(int fewerSteps, int fewerRows) {
        return new LayerShape(cell, index, fewerSteps, fewerRows, inputs, hidden, directions);
    }

    rnn_direction direction() {
        return directions == 2 ? rnn_direction.bidirectional_concat : rnn_direction.unidirectional_left2right;
    }

    long[] input() {
        return new long[] {steps, rows, inputs};
    }

    long[] output() {
        return new long[] {steps, rows, (long) directions * hidden};
    }

    long[] state() {
        return new long[] {1, directions, rows, hidden};
    }

    long[] inputWeights() {
        return new long[] {1, directions, inputs, cell.gates(), hidden};
    }

    long[] recurrentWeights() {
        return new long[] {1, directions, hidden, cell.gates(), hidden};
    }

    long[] bias() {
        return new long[] {1, directions, cell.biasParts(), hidden};
    }

    /** The suffix of PyTorch's parameter names: {@code _l1_reverse}. */
    String suffix(int direction) {
        return "_l" + index + (direction == 1 ? "_reverse" : "");
    }

    static int count(long[] dims) {
        long product = 1;
        for (long dim : dims) {
            product *= dim;
        }
        return Math.toIntExact(product);
    }
}
