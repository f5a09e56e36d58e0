package io.github.fusedrnn;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.checks.Closing;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent network seen one time step at a time: (input {@code [N, C]}, state) → (output {@code [N, outputSize]}, next state).
 *
 * <pre>{@code
 * try (LstmCell cell = LstmCell.create(64, 128);
 *         CellState state = cell.zeroState(8);
 *         FloatTensor x = cell.newInput(8);
 *         FloatTensor y = cell.newOutput(8)) {
 *     for (int t = 0; t < steps; t++) {
 *         read(x, t);
 *         cell.step(x, state, y, state); // y and the state are the caller's memory; nothing is allocated
 *     }
 * }
 * }</pre>
 *
 * <p>{@link #step} and {@link #unroll} are inference. Training goes through {@link #forward}, for one step or a whole sequence; it alone
 * applies dropout. A sequence gives the same numbers as its chained steps, and as the layer that the cell is made of: the same bits where the
 * backend promises bits that do not depend on the shape of a call ({@link RecurrentLayer#explain()}).
 *
 * <p>Ownership: tensors, states, tapes and gradients belong to the caller, who closes them. Closing a cell closes what it made or wraps.
 */
public sealed interface RecurrentCell extends AutoCloseable permits LayerCell, StackedCell, DropoutCell {
    /** C: width of the input. */
    int inputSize();

    /** Width of the output. */
    int outputSize();

    /** Widths of the parts of the state: h of every recurrent cell, followed by its c for an LSTM, in the order of the stack. */
    List<Integer> stateSize();

    /** Recurrent cells inside, each with its own part of a {@link CellState}: 1, or the sum over a stack. */
    int stateParts();

    /** The backend that runs this cell. */
    BackendKind backend();

    /** Index of the device that runs this cell; −1 on a backend that has none to choose from. */
    int device();

    /** A tensor of zeros in this backend's memory; the caller closes it. */
    default FloatTensor newTensor(long... dims) {
        return FloatTensor.allocate(BackendRegistry.open(backend(), device()), dims);
    }

    /** A tensor of zeros {@code [N, C]}; the caller closes it. */
    default FloatTensor newInput(int n) {
        return newTensor(n, inputSize());
    }

    /** A tensor of zeros {@code [N, outputSize]}; the caller closes it. */
    default FloatTensor newOutput(int n) {
        return newTensor(n, outputSize());
    }

    /** Zero states of {@code n} rows, also for gradients of states; the caller closes them. */
    CellState zeroState(int n);

    /** Zero gradients of all parameters; the caller closes them. */
    CellGradients newGradients();

    /**
     * One step of inference into the caller's memory. After the first call of a batch size nothing is allocated, on the Java heap or natively.
     *
     * @param x input {@code [N, C]}, read only
     * @param stateIn state before the step; null = zeros
     * @param y output {@code [N, outputSize]}, overwritten; must not overlap anything else
     * @param stateOut state after the step, overwritten; null = not wanted; may be {@code stateIn} itself
     * @throws IllegalArgumentException if a shape, a memory or an overlap is wrong; names it
     * @throws IllegalStateException if something is closed, or an open tape leases what would be written
     */
    void step(FloatTensor x, @Nullable CellState stateIn, FloatTensor y, @Nullable CellState stateOut);

    /** One step of inference into new memory; the caller closes the result. Arguments as in the other form. */
    default CellOutput step(FloatTensor x, @Nullable CellState stateIn) {
        Checks.notNull("x", x);
        Checks.argument(x.rank() == 2, "x", x, "[N, C]");
        FloatTensor y = newTensor(x.dim(0), outputSize());
        CellState state = null;
        try {
            state = zeroState((int) x.dim(0));
            step(x, stateIn, y, state);
            return new CellOutput(y, state);
        } catch (RuntimeException | Error e) {
            Closing.all(state == null ? List.of(y) : List.of(y, state));
            throw e;
        }
    }

    /**
     * Inference over a sequence: the same numbers as {@link #step} for every t, in one call for each recurrent cell.
     *
     * @param x input {@code [T, N, C]}, read only
     * @param lengths valid steps of each row, as for a layer; null = T for all
     * @param stateIn initial states; null = zeros
     * @param y output {@code [T, N, outputSize]}, overwritten, zero past a row's length; must not overlap anything else
     * @param stateOut final states, overwritten; null = not wanted; may be {@code stateIn} itself
     */
    void unroll(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut);

    /** {@link #unroll} into new memory; the caller closes the result. */
    default CellOutput unroll(FloatTensor x, int @Nullable [] lengths, @Nullable CellState stateIn) {
        Checks.notNull("x", x);
        Checks.argument(x.rank() == 3, "x", x, "[T, N, C]");
        FloatTensor y = newTensor(x.dim(0), x.dim(1), outputSize());
        CellState state = null;
        try {
            state = zeroState((int) x.dim(1));
            unroll(x, lengths, stateIn, y, state);
            return new CellOutput(y, state);
        } catch (RuntimeException | Error e) {
            Closing.all(state == null ? List.of(y) : List.of(y, state));
            throw e;
        }
    }

    /**
     * Forward for training, of one step (x {@code [N, C]}, y {@code [N, outputSize]}) or of a sequence (both with T before). Until the tape is
     * closed it leases x, y and the states.
     *
     * @param lengths valid steps of each row; null = T for all, and for one step
     * @param stateIn initial states; null = zeros
     * @param stateOut final states, overwritten; null = not wanted; not {@code stateIn} itself, which backward reads
     * @param dropoutCall call number of the dropout masks, see {@link DropoutCell}; another one for every call, so also for every step
     * @return the tape, which the caller closes
     */
    CellTape forward(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut,
            long dropoutCall);

    /** Closes what this cell made or wraps; a second call does nothing. */
    @Override
    void close();
}
