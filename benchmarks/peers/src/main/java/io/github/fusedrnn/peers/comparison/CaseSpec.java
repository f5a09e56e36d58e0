package io.github.fusedrnn.peers.comparison;

import io.github.fusedrnn.config.CellKind;
import java.util.Locale;

/**
 * One case, a row of the table: what every library computes, in float32, for a tanh RNN, an LSTM, or a GRU with the reset after the product; two
 * biases.
 *
 * @param family the kind of workload; {@link Family#STEP} carries its state from call to call, every other family starts each call from zero
 *     states
 * @param cell the cell
 * @param steps T
 * @param rows N
 * @param inputSize C
 * @param hiddenSize H
 * @param layers L
 */
public record CaseSpec(Family family, CellKind cell, int steps, int rows, int inputSize, int hiddenSize, int layers) {

    /** Whether the layer is bidirectional, with concatenated outputs. */
    public boolean bidirectional() {
        return family == Family.BIDIRECTIONAL;
    }

    /** Whether a call runs forward and backward (gradients of x and of all weights) after a change of the weights. */
    public boolean training() {
        return family == Family.TRAINING;
    }

    /** Whether a call starts from the final state of the previous one. */
    public boolean carriesState() {
        return family == Family.STEP;
    }

    /** Whether the rows have different lengths, {@link CaseData#lengths()}. */
    public boolean hasLengths() {
        return family == Family.LENGTHS;
    }

    /** D: 1 or 2. */
    public int directions() {
        return bidirectional() ? 2 : 1;
    }

    /** Width of an output: D*H. */
    public int outputSize() {
        return directions() * hiddenSize;
    }

    /** The name of the case in output: {@code batched/lstm_T50_N32_C256_H256_L1}. */
    public String label() {
        return family.label() + '/' + cell.name().toLowerCase(Locale.ROOT) + "_T" + steps + "_N" + rows + "_C"
                + inputSize + "_H" + hiddenSize + "_L" + layers;
    }

    @Override
    public String toString() {
        return label();
    }
}
