package io.github.fusedrnn.peers.race;

import io.github.fusedrnn.config.CellKind;
import java.util.Locale;

/**
 * One row of the table: what every contender computes, float32, tanh RNN, LSTM or GRU with the reset after the product, two biases.
 *
 * @param family what it stands for; {@link Family#STEP} carries its state from call to call, every other starts each call from zero states
 * @param cell the cell
 * @param steps T
 * @param rows N
 * @param inputSize C
 * @param hiddenSize H
 * @param layers L
 */
public record RaceCase(Family family, CellKind cell, int steps, int rows, int inputSize, int hiddenSize, int layers) {

    /** Whether the sequence is read in both directions, the outputs side by side. */
    public boolean bidirectional() {
        return family == Family.BIDIRECTIONAL;
    }

    /** Whether a call is forward and backward (gradients of x and of all weights) after a change of the weights. */
    public boolean training() {
        return family == Family.TRAINING;
    }

    /** Whether the state that a call ends with is what the next one begins with. */
    public boolean carriesState() {
        return family == Family.STEP;
    }

    /** Whether rows have lengths of their own, {@link CaseData#lengths()}. */
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

    /** What names the case in files: {@code batched/lstm_T50_N32_C256_H256_L1}. */
    public String label() {
        return family.label() + '/' + cell.name().toLowerCase(Locale.ROOT) + "_T" + steps + "_N" + rows + "_C"
                + inputSize + "_H" + hiddenSize + "_L" + layers;
    }

    @Override
    public String toString() {
        return label();
    }
}
