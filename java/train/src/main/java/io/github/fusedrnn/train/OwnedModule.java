package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A module that owns its parameters, of which the first is a matrix {@code weight}. */
abstract sealed class OwnedModule implements Trainable, AutoCloseable permits Dense, Embedding {
    final DenseOps ops;
    final OwnedBlock block;
    final FloatTensor weight;
    final FloatTensor dWeight;

    /** Takes memory on the builder's backend and draws the parameters, {@code weight} first, from the builder's seed. */
    OwnedModule(String label, Builder<?> builder, long fanIn, long fanOut, List<OwnedBlock.Parameter> parameters) {
        BackendKind backend = builder.backend != null ? builder.backend : Backends.best();
        ops = Backends.dense(backend);
        block = new OwnedBlock(label, backend, parameters, fanIn, fanOut, builder.seed);
        weight = block.weight(0);
        dWeight = block.gradient(0);
    }

    @Override
    public ParameterBlock parameters() {
        return block;
    }

    /** The matrix {@code weight}, a view: writing changes it. */
    public FloatTensor weight() {
        return weight;
    }

    /** Releases the parameters and their gradients. */
    @Override
    public void close() {
        block.close();
    }

    /**
     * The options that all modules have.
     *
     * @param <B> the module's builder
     */
    abstract static sealed class Builder<B extends Builder<B>> permits Dense.Builder, Embedding.Builder {
        Initialization weights;
        private long seed;
        private @Nullable BackendKind backend;

        /** Checks the two widths of the matrix, whose values must fit into one array. */
        Builder(String name, int size, String otherName, int otherSize, Initialization weights) {
            Checks.positive(name, size);
            Checks.positive(otherName, otherSize);
            Checks.argument(
                    (long) size * otherSize <= Integer.MAX_VALUE - 8,
                    name + ", " + otherName,
                    size + " x " + otherSize,
                    "a product below 2^31 - 8");
            this.weights = weights;
        }

        abstract B self();

        /** How {@code weight} is drawn. */
        public B initialize(Initialization initialization) {
            this.weights = initialization;
            return self();
        }

        /** Seed of the draw; default 0. */
        public B seed(long value) {
            this.seed = value;
            return self();
        }

        /** Where the module runs; default {@link Backends#best()}. */
        public B backend(BackendKind kind) {
            this.backend = kind;
            return self();
        }
    }
}
