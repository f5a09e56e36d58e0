package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table {@code weight} {@code [V, D]} of one row for each of V symbols: y[r, :] = weight[ids[r], :]. With ids in the
 * order {@code ids[t * N + n]} the result is a sequence {@code [T, N, D]}.
 *
 * <p>The row of a padding id is zero from the start and stays so, because its gradient is. Forward may run on several
 * threads at once; backward, which adds to this object's gradients, on one.
 */
public final class Embedding extends OwnedModule {
    private final int symbols;
    private final int width;
    private final @Nullable Integer padding;

    private Embedding(Builder builder) {
        super(
                "Embedding " + builder.symbols + " x " + builder.width,
                builder,
                builder.symbols,
                builder.width,
                builder.parameters());
        symbols = builder.symbols;
        width = builder.width;
        padding = builder.padding;
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

    /**
     * Builds {@link Embedding} tables. Unless told otherwise, the table is drawn from a normal distribution with mean 0 and
     * deviation 1; an initialisation gets fan-in V and fan-out D.
     */
    public static final class Builder extends OwnedModule.Builder<Builder> {
        private final int symbols;
        private final int width;
        private @Nullable Integer padding;

        private Builder(int symbols, int width) {
            super("symbols", symbols, "width", width, Initialization.normal(0, 1));
            this.symbols = symbols;
            this.width = width;
        }

        @Override
        Builder self() {
            return this;
        }

        private List<OwnedBlock.Parameter> parameters() {
            Initialization table = (fanIn, fanOut, random, values) -> {
                weights.fill(fanIn, fanOut, random, values);
                if (padding != null) {
                    Arrays.fill(values, padding * width, (padding + 1) * width, 0);
                }
            };
            return List.of(new OwnedBlock.Parameter("weight", List.of((long) symbols, (long) width), table));
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

        /** A new table, which the caller closes. */
        public Embedding build() {
            return new Embedding(this);
        }
    }
}
