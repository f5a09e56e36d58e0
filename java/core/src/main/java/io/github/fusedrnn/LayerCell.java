package io.github.fusedrnn;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cell on a layer of one level that reads forward: what {@link LstmCell}, {@link GruCell} and {@link RnnCell} share. */
abstract sealed class LayerCell implements RecurrentCell permits LstmCell, GruCell, RnnCell {
    private final RecurrentLayer layer;
    private final boolean owner;

    LayerCell(RecurrentLayer layer, boolean owner) {
        this.layer = layer;
        this.owner = owner;
        RecurrentConfig config = layer.config();
        try {
            Checks.argument(config.layers() == 1, "layer.layers", config.layers(), "1; a StackedCell stacks cells");
            Checks.argument(
                    config.direction() == Direction.FORWARD,
                    "layer.direction",
                    config.direction(),
                    "FORWARD: a cell sees one step at a time");
            Checks.argument(!config.batchMajor(), "layer.batchMajor", true, "false: a cell's sequences are [T, N, C]");
        } catch (IllegalArgumentException e) {
            close();
            throw e;
        }
    }

    @Override
    public final int inputSize() {
        return layer.config().inputSize();
    }

    @Override
    public final int outputSize() {
        return layer.config().outputSize();
    }

    @Override
    public final List<Integer> stateSize() {
        RecurrentConfig config = layer.config();
        return config.hasCellState() ? List.of(config.stateSize(), config.hiddenSize()) : List.of(config.stateSize());
    }

    @Override
    public final int stateParts() {
        return 1;
    }

    @Override
    public final BackendKind backend() {
        return layer.backend();
    }

    @Override
    public final int device() {
        return layer.device();
    }

    @Override
    public final CellState zeroState(int n) {
        return new CellState(List.of(layer.newState(n)));
    }

    @Override
    public final CellGradients newGradients() {
        return new CellGradients(List.of(layer.newGradients()));
    }

    @Override
    public final void step(FloatTensor x, @Nullable CellState stateIn, FloatTensor y, @Nullable CellState stateOut) {
        layer.step(x, one("stateIn", stateIn), y, one("stateOut", stateOut));
    }

    @Override
    public final void unroll(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut) {
        layer.infer(x, lengths, one("stateIn", stateIn), y, one("stateOut", stateOut));
    }

    @Override
    public final CellTape forward(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable CellState stateIn,
            FloatTensor y,
            @Nullable CellState stateOut,
            long dropoutCall) {
        Checks.notNull("x", x);
        Checks.notNull("y", y);
        boolean step = x.rank() == 2;
        if (step) {
            layer.arguments().checkStep(x, one("stateIn", stateIn), y, one("stateOut", stateOut));
        }
        Tape tape = layer.forward(
                sequence(x, step),
                lengths,
                one("stateIn", stateIn),
                sequence(y, step),
                one("stateOut", stateOut),
                dropoutCall);
        return new LayerTape(tape, step);
    }

    private static @Nullable RecurrentState one(String name, @Nullable CellState state) {
        if (state == null) {
            return null;
        }
        if (state.parts().size() != 1) {
            throw Checks.wrong(name, state.parts().size() + " parts", "1, the state of this cell");
        }
        return state.part(0);
    }

    /** A step as a sequence of one. */
    private static FloatTensor sequence(FloatTensor tensor, boolean step) {
        if (!step) {
            return tensor;
        }
        Checks.argument(tensor.rank() == 2, "tensor", tensor, "[N, width], as x of forward");
        return tensor.reshape(1, tensor.dim(0), tensor.dim(1));
    }

    private record LayerTape(Tape tape, boolean step) implements CellTape {
        @Override
        public void backward(
                @Nullable FloatTensor dy,
                @Nullable CellState dStateOut,
                @Nullable FloatTensor dx,
                @Nullable CellState dStateIn,
                @Nullable CellGradients gradients) {
            tape.backward(
                    dy == null ? null : sequence(dy, step),
                    one("dStateOut", dStateOut),
                    dx == null ? null : sequence(dx, step),
                    one("dStateIn", dStateIn),
                    gradients == null ? null : gradients.part(0));
        }

        @Override
        public void close() {
            tape.close();
        }
    }

    @Override
    public final void close() {
        if (owner) {
            layer.close();
        }
    }
}
