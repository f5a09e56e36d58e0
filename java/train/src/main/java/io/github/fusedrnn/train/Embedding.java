package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A table {@code weight} {@code [V, D]} of one row for each of V symbols: y[r, :] = weight[ids[r], :]. With ids in the
 * order {@code ids[t * N + n]} the result is a sequence {@code [T, N, D]}.
 *
 * <p>The row of a padding id is zero from the start and stays so, because its gradient is. Forward may run on several
 * threads at once; backward, which adds to this object's gradients, on one.
 */
public final class Embedding implements Trainable, AutoCloseable {
    private final int symbols;
    private final int width;
    private final @Nullable Integer padding;
    private final DenseOps ops;
    private final OwnedBlock block;
    private final FloatTensor weight;
    private final FloatTensor dWeight;

    private Embedding(Builder builder, BackendKind backend) {
        symbols = builder.symbols;
        width = builder.width;
        padding = builder.padding;
        ops = Backends.dense(backend);
        block = new OwnedBlock(
                "Embedding " + symbols + " x " + width,
                backend,
                List.of(new ParameterBlock.Entry("weight", List.of((long) symbols, (long) width), 0)));
        weight = block.weight(0);
        dWeight = block.gradient(0);
    }

    /** A builder of tables of V = {@code symbols} rows of D = {@code width} values. */
    public static Builder builder(int symbols, int width) {
        return new Builder(symbols, width);
    }

    /** V. */
    public int symbols() {
        return symbols;
    }

    /** D. */
    public int width() {
        return width;
    }

    @Override
    public ParameterBlock parameters() {
        return block;
    }

    /** The table {@code [V, D]}, a view: writing changes it. */
    public FloatTensor weight() {
        return weight;
    }

    /**
     * y[r, :] = weight[ids[r], :].
     *
     * @param ids one for each row of {@code y}, each in [0, V), read only
     * @param y output {@code [.., D]}, overwritten
     * @throws IllegalArgumentException if an id, a shape or a memory is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code y}
     */
    public void forward(int[] ids, FloatTensor y) {
        block.checkOpen();
        check(ids, "y", y);
        ops.gather(weight, ids, y);
    }

    /**
     * Backward of {@link #forward}: adds dy[r, :] to the gradient of row ids[r], for every r, in order.
     *
     * @param ids those of forward, read only
     * @param dy gradient of y {@code [.., D]}, read only
     * @throws IllegalArgumentException if an id, a shape or a memory is wrong
     * @throws IllegalStateException if something is closed
     */
    public void backward(int[] ids, FloatTensor dy) {
        block.checkOpen();
        check(ids, "dy", dy);
        ops.scatterAdd(dy, ids, dWeight);
        if (padding != null) {
            dWeight.slice(padding, 1).fill(0);
        }
    }

    private void check(int[] ids, String name, FloatTensor rows) {
        Checks.argument(ids.length >= 1, "ids", "none", "at least one");
        Shapes.matrix(name, rows, ids.length, width, "one row of D for each id");
    }

    /** Gives table and gradients back. */
    @Override
    public void close() {
        block.close();
    }

    /** Builds {@link Embedding} tables. */
    public static final class Builder {
        private final int symbols;
        private final int width;
        private @Nullable Integer padding;
        private Initialization weights = Initialization.normal(0, 1);
        private long seed;
        private @Nullable BackendKind backend;

        private Builder(int symbols, int width) {
            Checks.positive("symbols", symbols);
            this.symbols = symbols;
            Checks.positive("width", width);
            this.width = width;
            Checks.argument(
                    (long) symbols * width <= Integer.MAX_VALUE - 8,
                    "symbols, width",
                    symbols + " x " + width,
                    "a product below 2^31 - 8");
        }

        /**
         * The id whose row is zero and is not learned; default none.
         *
         * @throws IllegalArgumentException if it is not in [0, V)
         */
        public Builder padding(int id) {
            Checks.argument(id >= 0 && id < symbols, "padding", id, "0 <= id < V = " + symbols);
            this.padding = id;
            return this;
        }

        /** How the table is drawn, with fan-in V and fan-out D; default normal with mean 0 and deviation 1. */
        public Builder initialize(Initialization initialization) {
            this.weights = initialization;
            return this;
        }

        /** Seed of the draw; default 0. */
        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        /** Where it runs; default {@link Backends#best()}. */
        public Builder backend(BackendKind kind) {
            this.backend = kind;
            return this;
        }

        /** A new table, which the caller closes. */
        public Embedding build() {
            Embedding table = new Embedding(this, backend != null ? backend : Backends.best());
            try {
                float[] values = new float[symbols * width];
                weights.fill(symbols, width, new SplittableRandom(seed), values);
                table.weight.copyFrom(values);
                if (padding != null) {
                    table.weight.slice(padding, 1).fill(0);
                }
                return table;
            } catch (RuntimeException | Error e) {
                table.close();
                throw e;
            }
        }
    }
}
