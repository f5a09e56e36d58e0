package io.github.fusedrnn.spi;

import io.github.fusedrnn.Activation;
import io.github.fusedrnn.CellKind;
import io.github.fusedrnn.Direction;
import io.github.fusedrnn.Merge;
import io.github.fusedrnn.ResetPlacement;
import java.util.List;

/**
 * What a recurrent layer computes, in the one form that every backend reads. Immutable, free to share.
 *
 * <p>Letters: T time steps, N batch, C input size, H hidden size, P projection size, L layers, D directions, G gates.
 *
 * @param cell the cell
 * @param inputSize C ≥ 1
 * @param hiddenSize H ≥ 1
 * @param projectionSize P, LSTM only, less than H; 0 = no projection
 * @param layers L, 1 to 65,536
 * @param direction reading order
 * @param merge how two directions become one output
 * @param bias whether the cells have their two bias vectors
 * @param batchMajor sequences are {@code [N, T, ·]} instead of {@code [T, N, ·]}; states never are
 * @param dropout probability that an element of a layer's output is dropped before the next layer, in training only; 0 ≤ p &lt; 1
 * @param cellClip LSTM: bound of |c|; 0 = none. h uses the clipped c; the gradient is 0 where the clip bound
 * @param gateClip bound of the absolute value that enters each gate's activation (ONNX {@code clip}); 0 = none
 * @param peepholes LSTM: i and f see c of the step before, o sees the new c
 * @param coupledInputForget LSTM: f = 1 − i; the rows of f stay in the weights, unused, with gradient zero
 * @param reset GRU: where the reset gate acts; {@link ResetPlacement#AFTER} for other cells
 * @param activations one function per direction and slot: {@code [D][cell.activationSlots()]}
 */
public record RecurrentDesc(
        CellKind cell,
        int inputSize,
        int hiddenSize,
        int projectionSize,
        int layers,
        Direction direction,
        Merge merge,
        boolean bias,
        boolean batchMajor,
        float dropout,
        float cellClip,
        float gateClip,
        boolean peepholes,
        boolean coupledInputForget,
        ResetPlacement reset,
        List<Activation> activations) {

    private static final int MAX_LAYERS = 65_536;

    /** Checks every field and every combination, and copies the list. */
    public RecurrentDesc {
        positive("inputSize", inputSize);
        positive("hiddenSize", hiddenSize);
        check(layers >= 1 && layers <= MAX_LAYERS, "layers", layers, "1 to " + MAX_LAYERS);
        activations = List.copyOf(activations);
        int slots = direction.count() * cell.activationSlots().size();
        check(
                activations.size() == slots,
                "activations",
                activations.size() + " functions",
                slots + ": " + direction.count() + " direction(s) of " + cell.activationSlots());
        check(dropout >= 0 && dropout < 1, "dropout", dropout, "0 <= dropout < 1");
        check(cellClip >= 0 && Float.isFinite(cellClip), "cellClip", cellClip, "a finite number >= 0, 0 = none");
        check(gateClip >= 0 && Float.isFinite(gateClip), "gateClip", gateClip, "a finite number >= 0, 0 = none");
        boolean lstm = cell == CellKind.LSTM;
        check(
                projectionSize >= 0 && projectionSize < hiddenSize,
                "projectionSize",
                projectionSize,
                "0 (none) or 1 <= projectionSize < hiddenSize = " + hiddenSize);
        check(
                lstm || projectionSize == 0,
                "projectionSize",
                projectionSize,
                "0: only LSTM has a projection, not " + cell);
        check(lstm || cellClip == 0, "cellClip", cellClip, "0: only LSTM has a cell state, not " + cell);
        check(lstm || !peepholes, "peepholes", peepholes, "false: only LSTM has a cell state, not " + cell);
        check(
                lstm || !coupledInputForget,
                "coupledInputForget",
                coupledInputForget,
                "false: only LSTM has it, not " + cell);
        check(
                cell == CellKind.GRU || reset == ResetPlacement.AFTER,
                "reset",
                reset,
                "AFTER for a " + cell + ", which has no reset gate");
        check(
                merge == Merge.CONCAT || direction == Direction.BIDIRECTIONAL,
                "merge",
                merge,
                "CONCAT unless bidirectional");
        check(
                merge == Merge.SUM
                        || direction.count() * (long) (projectionSize > 0 ? projectionSize : hiddenSize)
                                <= Integer.MAX_VALUE,
                "hiddenSize",
                hiddenSize,
                "a width of the output, D times it, below 2^31");
    }

    private static void positive(String name, int value) {
        check(value >= 1, name, value, "an integer >= 1");
    }

    private static void check(boolean ok, String name, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }

    /** G: gates of the cell. */
    public int gates() {
        return cell.gateCount();
    }

    /** D: directions. */
    public int directions() {
        return direction.count();
    }

    /** Width of h, what recurs and what a direction puts out: P with projection, else H. */
    public int stateSize() {
        return projectionSize > 0 ? projectionSize : hiddenSize;
    }

    /** Width of every layer's merged output: {@code D*stateSize()}, or {@code stateSize()} with {@link Merge#SUM}. */
    public int outputSize() {
        return merge == Merge.SUM ? stateSize() : directions() * stateSize();
    }

    /** C_k: width of what layer {@code k} reads. */
    public int inputSize(int layer) {
        return layer == 0 ? inputSize : outputSize();
    }

    /** L*D: rows of the state tensors, in the order layer 0 forward, layer 0 reverse, layer 1 forward, … */
    public int stateLayers() {
        return layers * directions();
    }

    /** Whether there is a cell state c beside h. */
    public boolean hasCellState() {
        return cell == CellKind.LSTM;
    }

    /** Whether direction index {@code d} (0 or 1) reads time backwards. */
    public boolean isReverse(int d) {
        return direction == Direction.REVERSE || d == 1;
    }

    /** The activation of a slot of {@link CellKind#activationSlots()} in direction index {@code d}. */
    public Activation activation(int d, int slot) {
        return activations.get(d * cell.activationSlots().size() + slot);
    }
}
