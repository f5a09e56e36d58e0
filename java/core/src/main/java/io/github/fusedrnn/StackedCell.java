package io.github.fusedrnn;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.checks.Closing;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Cells one above the other: each reads the output of the one below. Its state has the parts of all of them, lowest first; closing it closes
 * the cells. It keeps memory for what runs between the cells in {@link #step}: one thread at a time, others are refused.
 */
public final class StackedCell implements RecurrentCell {
    private final List<RecurrentCell> cells;
    private final int[] parts;
    private final AtomicBoolean busy = new AtomicBoolean();
    private List<FloatTensor> between = List.of();
    /** The states of the last call, cut into one for each cell, so that a loop over steps with the same states allocates nothing. */
    private final Cut in = new Cut();

    private final Cut out = new Cut();

    private StackedCell(List<RecurrentCell> cells) {
        this.cells = cells;
        this.parts = cells.stream().mapToInt(RecurrentCell::stateParts).toArray();
    }

    /**
     * Stacks cells, lowest first.
     *
     * @throws IllegalArgumentException if there are none, if one does not read what the one below puts out, or if their backends differ
     */
    public static StackedCell of(RecurrentCell... cells) {
        List<RecurrentCell> all = List.of(cells);
        Checks.argument(!all.isEmpty(), "cells", all, "at least one");
        for (int i = 1; i < all.size(); i++) {
            Checks.argument(
                    all.get(i).inputSize() == all.get(i - 1).outputSize(),
                    "cells[" + i + "].inputSize",
                    all.get(i).inputSize(),
                    all.get(i - 1).outputSize() + ", the outputSize of the cell below");
            Checks.argument(
                    all.get(i).backend() == all.get(0).backend()
                            && all.get(i).device() == all.get(0).device(),
                    "cells[" + i + "].backend",
                    place(all.get(i)),
                    place(all.get(0)));
        }
        return new StackedCell(all);
    }

    private static String place(RecurrentCell cell) {
        return cell.backend() + (cell.device() < 0 ? "" : " on device " + cell.device());
    }

    /** The cells, lowest first. */
    public List<RecurrentCell> cells() {
        return cells;
    }

    private RecurrentCell top() {
        return cells.get(cells.size() - 1);
    }

    @Override
    public int inputSize() {
        return cells.get(0).inputSize();
    }

    @Override
    public int outputSize() {
        return top().outputSize();
    }

    @Override
    public List<Integer> stateSize() {
        return cells.stream().flatMap(cell -> cell.stateSize().stream()).toList();
    }

    @Override
    public int stateParts() {
        return IntStream.of(parts).sum();
    }

    @Override
    public BackendKind backend() {
        return top().backend();
    }

    @Override
    public int device() {
        return top().device();
    }

    @Override
    public CellState zeroState(int n) {
        List<RecurrentState> all = new ArrayList<>();
        try {
            cells.forEach(cell -> all.addAll(cell.zeroState(n).parts()));
            return new CellState(all);
        } catch (RuntimeException | Error e) {
            Closing.all(all);
            throw e;
        }
    }

    @Override
    public CellGradients newGradients() {
        List<Gradients> all = new ArrayList<>();
        try {
            cells.forEach(cell -> all.addAll(cell.newGradients().parts()));
            return new CellGradients(all);
        } catch (RuntimeException | Error e) {
            Closing.all(all);
            throw e;
        }
    }

    @Override
    public void step(FloatTensor x, @Nullable CellState stateIn, FloatTensor y, @Nullable CellState stateOut) {
        run(x, null, stateIn, y, stateOut, true);
    }

    @Override
    public void unroll(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut) {
        run(x, lengths, stateIn, y, stateOut, false);
    }

    private void run(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut,
            boolean step) {
        start();
        try {
            checkEnds(x, stateIn, y, stateOut, step ? 2 : 3);
            makeBetween(x);
            List<CellState> ins = in.of("stateIn", stateIn);
            List<CellState> outs = out.of("stateOut", stateOut);
            for (int i = 0; i < cells.size(); i++) {
                FloatTensor from = i == 0 ? x : between.get(i - 1);
                FloatTensor to = i == cells.size() - 1 ? y : between.get(i);
                CellState before = ins == null ? null : ins.get(i);
                CellState after = outs == null ? null : outs.get(i);
                if (step) {
                    cells.get(i).step(from, before, to, after);
                } else {
                    cells.get(i).unroll(from, lengths, before, to, after);
                }
            }
        } finally {
            busy.set(false);
        }
    }

    private void start() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "stacked cell: another thread is in a call (expected: one thread at a time)");
        }
    }

    /** What no single cell sees, before the first of them writes anything. */
    private void checkEnds(
            FloatTensor x, @Nullable CellState stateIn, FloatTensor y, @Nullable CellState stateOut, int rank) {
        Checks.notNull("x", x);
        Checks.notNull("y", y);
        if (x.rank() != rank || x.dim(rank - 1) != inputSize()) {
            throw Checks.wrong(
                    "x",
                    x.toString(),
                    (rank == 2 ? "[N, " : "[T, N, ") + inputSize() + "], C = " + inputSize() + " from the lowest cell");
        }
        if (!sameLeading(x, y) || y.dim(rank - 1) != outputSize()) {
            throw Checks.wrong(
                    "y",
                    y.toString(),
                    (rank == 2 ? "[N, " : "[T, N, ") + outputSize()
                            + "] with the sizes of x, outputSize of the highest cell");
        }
        Checks.apart(y.overlaps(x), "y", "x");
        apart(y, "stateIn", stateIn);
        apart(y, "stateOut", stateOut);
    }

    private static void apart(FloatTensor y, String name, @Nullable CellState state) {
        if (state != null) {
            for (int i = 0; i < state.parts().size(); i++) {
                Checks.apart(state.part(i).overlaps(y), "y", name);
            }
        }
    }

    /** Tensors of x's leading dimensions for what runs between the cells; kept until these dimensions change. */
    private void makeBetween(FloatTensor x) {
        if (cells.size() == 1 || (!between.isEmpty() && sameLeading(between.get(0), x))) {
            return;
        }
        release();
        between = newBetween(x);
    }

    private static boolean sameLeading(FloatTensor a, FloatTensor b) {
        return a.rank() == b.rank() && a.dim(0) == b.dim(0) && (a.rank() == 2 || a.dim(1) == b.dim(1));
    }

    private List<FloatTensor> newBetween(FloatTensor x) {
        List<FloatTensor> made = new ArrayList<>();
        try {
            for (RecurrentCell cell : cells.subList(0, cells.size() - 1)) {
                long[] dims = x.dims();
                dims[dims.length - 1] = cell.outputSize();
                made.add(newTensor(dims));
            }
            return made;
        } catch (RuntimeException | Error e) {
            Closing.all(made);
            throw e;
        }
    }

    @Override
    public CellTape forward(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut,
            long dropoutCall) {
        checkEnds(x, stateIn, y, stateOut, Checks.notNull("x", x).rank() == 2 ? 2 : 3);
        List<CellState> ins = new Cut().of("stateIn", stateIn);
        List<CellState> outs = new Cut().of("stateOut", stateOut);
        List<FloatTensor> values = newBetween(x);
        List<CellTape> tapes = new ArrayList<>();
        try {
            for (int i = 0; i < cells.size(); i++) {
                FloatTensor from = i == 0 ? x : values.get(i - 1);
                FloatTensor to = i == cells.size() - 1 ? y : values.get(i);
                tapes.add(cells.get(i)
                        .forward(
                                from,
                                lengths,
                                ins == null ? null : ins.get(i),
                                to,
                                outs == null ? null : outs.get(i),
                                dropoutCall));
            }
            return new StackedTape(tapes, values);
        } catch (RuntimeException | Error e) {
            Closing.all(tapes);
            Closing.all(values);
            throw e;
        }
    }

    private final class StackedTape implements CellTape {
        private final List<CellTape> tapes;
        private final List<FloatTensor> values;

        StackedTape(List<CellTape> tapes, List<FloatTensor> values) {
            this.tapes = tapes;
            this.values = values;
        }

        @Override
        public void backward(
                @Nullable FloatTensor dy,
                @Nullable CellState dStateOut,
                @Nullable FloatTensor dx,
                @Nullable CellState dStateIn,
                @Nullable CellGradients gradients) {
            List<CellState> dOuts = new Cut().of("dStateOut", dStateOut);
            List<CellState> dIns = new Cut().of("dStateIn", dStateIn);
            List<FloatTensor> slopes = new ArrayList<>();
            try {
                for (FloatTensor value : values) {
                    slopes.add(newTensor(value.dims()));
                }
                int first = IntStream.of(parts).sum();
                for (int i = cells.size() - 1; i >= 0; i--) {
                    first -= parts[i];
                    CellGradients own = gradients == null
                            ? null
                            : new CellGradients(gradients.parts().subList(first, first + parts[i]));
                    tapes.get(i)
                            .backward(
                                    i == cells.size() - 1 ? dy : slopes.get(i),
                                    dOuts == null ? null : dOuts.get(i),
                                    i == 0 ? dx : slopes.get(i - 1),
                                    dIns == null ? null : dIns.get(i),
                                    own);
                }
            } finally {
                Closing.all(slopes);
            }
        }

        @Override
        public void close() {
            Closing.all(tapes);
            Closing.all(values);
        }
    }

    /** One state cut into one for each cell; the last cut is remembered. */
    private final class Cut {
        private @Nullable CellState whole;
        private List<CellState> cut = List.of();

        @SuppressWarnings("ReferenceEquality") // the same object again, not one that looks like it
        @Nullable
        List<CellState> of(String name, @Nullable CellState state) {
            if (state == null) {
                return null;
            }
            if (state != whole) {
                List<CellState> now = new ArrayList<>();
                int first = 0;
                for (int count : parts) {
                    Checks.argument(
                            first + count <= state.parts().size(),
                            name,
                            state.parts().size() + " parts",
                            "the state of this stack, from zeroState");
                    now.add(new CellState(state.parts().subList(first, first + count)));
                    first += count;
                }
                Checks.argument(
                        first == state.parts().size(),
                        name,
                        state.parts().size() + " parts",
                        first + ", from zeroState");
                whole = state;
                cut = now;
            }
            return cut;
        }
    }

    private void release() {
        List<FloatTensor> old = between;
        between = List.of();
        Closing.all(old);
    }

    @Override
    public void close() {
        start();
        try {
            release();
            Closing.all(cells);
        } finally {
            busy.set(false);
        }
    }
}
