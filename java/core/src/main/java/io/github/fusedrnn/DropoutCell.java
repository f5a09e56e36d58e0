package io.github.fusedrnn;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.checks.Closing;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cell whose input and output lose elements in training: each is dropped with its probability, the rest is multiplied by 1/(1 − p).
 * Srivastava et al. 2014. {@link #step} and {@link #unroll}, which are inference, pass through.
 *
 * <p>The mask is a Philox function of (seed, call number, place, t, n, unit), place 0 for the input and 1 for the output, t counted from the
 * start of the {@link #forward} call: the same seed and call number drop the same elements on every backend, and backward needs no stored
 * mask. Cells of one stack need seeds of their own to be dropped independently. Closing it closes the cell inside.
 */
public final class DropoutCell implements RecurrentCell {
    private static final int INPUT = 0;
    private static final int OUTPUT = 1;

    private final RecurrentCell cell;
    private final float inputDropout;
    private final float outputDropout;
    private final long seed;

    private DropoutCell(RecurrentCell cell, float inputDropout, float outputDropout, long seed) {
        this.cell = cell;
        this.inputDropout = inputDropout;
        this.outputDropout = outputDropout;
        this.seed = seed;
    }

    /**
     * Wraps a cell.
     *
     * @param inputDropout probability that an element of the input is dropped, 0 ≤ p &lt; 1
     * @param outputDropout the same of the output
     * @param seed key of the masks
     */
    public static DropoutCell of(RecurrentCell cell, float inputDropout, float outputDropout, long seed) {
        Checks.notNull("cell", cell);
        Checks.argument(inputDropout >= 0 && inputDropout < 1, "inputDropout", inputDropout, "0 <= p < 1");
        Checks.argument(outputDropout >= 0 && outputDropout < 1, "outputDropout", outputDropout, "0 <= p < 1");
        return new DropoutCell(cell, inputDropout, outputDropout, seed);
    }

    /** The cell inside. */
    public RecurrentCell cell() {
        return cell;
    }

    @Override
    public int inputSize() {
        return cell.inputSize();
    }

    @Override
    public int outputSize() {
        return cell.outputSize();
    }

    @Override
    public List<Integer> stateSize() {
        return cell.stateSize();
    }

    @Override
    public int stateParts() {
        return cell.stateParts();
    }

    @Override
    public BackendKind backend() {
        return cell.backend();
    }

    @Override
    public int device() {
        return cell.device();
    }

    @Override
    public CellState zeroState(int n) {
        return cell.zeroState(n);
    }

    @Override
    public CellGradients newGradients() {
        return cell.newGradients();
    }

    @Override
    public void step(FloatTensor x, @Nullable CellState stateIn, FloatTensor y, @Nullable CellState stateOut) {
        cell.step(x, stateIn, y, stateOut);
    }

    @Override
    public void unroll(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut) {
        cell.unroll(x, lengths, stateIn, y, stateOut);
    }

    @Override
    public CellTape forward(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut,
            long dropoutCall) {
        Checks.notNull("x", x);
        Checks.notNull("y", y);
        if (x.rank() < 2 || x.rank() > 3 || x.dim(x.rank() - 1) != inputSize()) {
            throw Checks.wrong("x", x.toString(), "[N, " + inputSize() + "] or [T, N, " + inputSize() + "]");
        }
        Checks.apart(y.overlaps(x), "y", "x");
        DropoutTape made = new DropoutTape(dropoutCall);
        try {
            FloatTensor in = x;
            if (inputDropout > 0) {
                in = made.keep(newTensor(x.dims()));
                mask(x, in, inputDropout, dropoutCall, INPUT);
            }
            FloatTensor out = outputDropout > 0 ? made.keep(newTensor(y.dims())) : y;
            made.inner = cell.forward(in, lengths, stateIn, out, stateOut, dropoutCall);
            if (outputDropout > 0) {
                mask(out, y, outputDropout, dropoutCall, OUTPUT);
            }
            made.lease(in == x ? null : x, out == y ? null : y);
            return made;
        } catch (RuntimeException | Error e) {
            made.close();
            throw e;
        }
    }

    private void mask(FloatTensor from, FloatTensor to, float p, long call, int place) {
        int last = from.rank() - 1;
        DenseOps dense = BackendRegistry.open(backend(), device()).dense();
        dense.dropout(from, to, last == 1 ? 1 : from.dim(0), from.dim(last - 1), from.dim(last), p, seed, call, place);
    }

    private final class DropoutTape implements CellTape {
        private final long call;
        private final List<FloatTensor> kept = new ArrayList<>();
        private final List<FloatTensor> leased = new ArrayList<>();
        private @Nullable CellTape inner;

        DropoutTape(long call) {
            this.call = call;
        }

        FloatTensor keep(FloatTensor tensor) {
            kept.add(tensor);
            return tensor;
        }

        /** What the tape inside does not see. */
        void lease(@Nullable FloatTensor x, @Nullable FloatTensor y) {
            for (FloatTensor tensor : new @Nullable FloatTensor[] {x, y}) {
                if (tensor != null) {
                    TensorAccess.storage(tensor).lease();
                    leased.add(tensor);
                }
            }
        }

        @Override
        public void backward(
                @Nullable FloatTensor dy,
                @Nullable CellState dStateOut,
                @Nullable FloatTensor dx,
                @Nullable CellState dStateIn,
                @Nullable CellGradients gradients) {
            if (inner == null) {
                throw new IllegalStateException("tape is closed");
            }
            FloatTensor masked = dy;
            try {
                if (dy != null && outputDropout > 0) {
                    masked = newTensor(dy.dims());
                    mask(dy, masked, outputDropout, call, OUTPUT);
                }
                inner.backward(masked, dStateOut, dx, dStateIn, gradients);
                if (dx != null && inputDropout > 0) {
                    mask(dx, dx, inputDropout, call, INPUT);
                }
            } finally {
                if (masked != null && masked != dy) {
                    masked.close();
                }
            }
        }

        @Override
        public void close() {
            if (inner != null) {
                inner.close();
                inner = null;
            }
            leased.forEach(tensor -> TensorAccess.storage(tensor).endLease());
            leased.clear();
            Closing.all(kept);
            kept.clear();
        }
    }

    @Override
    public void close() {
        cell.close();
    }
}
