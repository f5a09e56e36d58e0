package io.github.fusedrnn.train;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer over the last dimension: y = f(x Wᵀ + b), with {@code weight} {@code [out, in]} and {@code
 * bias} {@code [out]}.
 *
 * <p>f is identity, sigmoid, tanh or relu: the functions whose derivative follows from y alone, so that forward saves
 * nothing. Forward may run on several threads at once; backward, which adds to this layer's gradients, on one.
 */
public final class Dense extends OwnedModule {
    private static final Set<Activation.Kind> ACTIVATIONS =
            EnumSet.of(Activation.Kind.IDENTITY, Activation.Kind.SIGMOID, Activation.Kind.TANH, Activation.Kind.RELU);

    private final int in;
    private final int out;
    private final Activation activation;
    private final @Nullable FloatTensor bias;
    private final @Nullable FloatTensor dBias;
    private final Workspace dz;

    private Dense(Builder builder) {
        super("Dense " + builder.in + " -> " + builder.out, builder, builder.in, builder.out, builder.parameters());
        in = builder.in;
        out = builder.out;
        activation = builder.activation;
        bias = builder.bias ? block.weight(1) : null;
        dBias = builder.bias ? block.gradient(1) : null;
        dz = new Workspace(block.backend());
    }

    /** A builder of layers from {@code in} to {@code out} values. */
    public static Builder builder(int in, int out) {
        return new Builder(in, out);
    }

    /** Width of the input. */
    public int in() {
        return in;
    }

    /** Width of the output. */
    public int out() {
        return out;
    }

    /** f. */
    public Activation activation() {
        return activation;
    }

    /**
     * The bias {@code [out]}, a view: writing changes the layer.
     *
     * @throws UnsupportedOperationException if the layer has none
     */
    public FloatTensor bias() {
        if (bias == null) {
            throw new UnsupportedOperationException("bias: this Dense was built without");
        }
        return bias;
    }

    /**
     * y = f(x Wᵀ + b).
     *
     * @param x input {@code [.., in]}, read only
     * @param y output {@code [.., out]} with as many rows, overwritten; apart from {@code x}
     * @throws IllegalArgumentException if a shape, a memory or an overlap is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code y}
     */
    public void forward(FloatTensor x, FloatTensor y) {
        block.checkOpen();
        long rows = rows(x, y);
        Checks.apart(y.overlaps(x), "y", "x");
        ops.gemm(false, true, rows, out, in, 1, x, weight, 0, y);
        if (bias != null) {
            ops.addBias(y, bias);
        }
        if (activation.kind() != Activation.Kind.IDENTITY) {
            ops.activate(activation, y, y);
        }
    }

    /**
     * Backward of {@link #forward} with the weights as they were then: adds dW = dzᵀ x and db = Σ dz to the gradients
     * and gives dx = dz W, where dz = dy∘f'.
     *
     * @param x forward's input, read only
     * @param y forward's output, read only
     * @param dy gradient of y, read only
     * @param dx gradient of x, overwritten; null if not needed; apart from the others
     * @throws IllegalArgumentException if a shape, a memory or an overlap is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code dx}
     */
    public void backward(FloatTensor x, FloatTensor y, FloatTensor dy, @Nullable FloatTensor dx) {
        block.checkOpen();
        long rows = rows(x, y);
        Shapes.matrix("dy", dy, rows, out, "out of this Dense");
        if (dx != null) {
            Shapes.matrix("dx", dx, rows, in, "in of this Dense");
            Checks.apart(dx.overlaps(x), "dx", "x");
            Checks.apart(dx.overlaps(y), "dx", "y");
            Checks.apart(dx.overlaps(dy), "dx", "dy");
            TensorAccess.storage(dx).checkWritable("dx");
        }
        FloatTensor upstream = dy;
        if (activation.kind() != Activation.Kind.IDENTITY) {
            upstream = dz.take(dy.size());
            ops.activateBackward(activation, y, y, dy, upstream); // y stands for x: these derivatives do not read it
        }
        ops.gemm(true, false, out, in, rows, 1, upstream, x, 1, dWeight);
        if (dBias != null) {
            ops.biasGradient(upstream, dBias);
        }
        if (dx != null) {
            ops.gemm(false, false, rows, in, out, 1, upstream, weight, 0, dx);
        }
    }

    private long rows(FloatTensor x, FloatTensor y) {
        long rows = Shapes.rows("x", x, in, "in of this Dense");
        Shapes.matrix("y", y, rows, out, "out of this Dense");
        return rows;
    }

    /** Releases parameters, gradients and workspace. */
    @Override
    public void close() {
        try (dz) {
            super.close();
        }
    }

    /** Builds {@link Dense} layers. Unless told otherwise, W is drawn by {@link Initialization#glorotUniform()}. */
    public static final class Builder extends OwnedModule.Builder<Builder> {
        private final int in;
        private final int out;
        private boolean bias = true;
        private Activation activation = Activation.IDENTITY;
        private Initialization biases = Initialization.zeros();

        private Builder(int in, int out) {
            super("in", in, "out", out, Initialization.glorotUniform());
            this.in = in;
            this.out = out;
        }

        @Override
        Builder self() {
            return this;
        }

        private List<OwnedBlock.Parameter> parameters() {
            OwnedBlock.Parameter weight = new OwnedBlock.Parameter("weight", List.of((long) out, (long) in), weights);
            return bias
                    ? List.of(weight, new OwnedBlock.Parameter("bias", List.of((long) out), biases))
                    : List.of(weight);
        }

        /** Whether b is there; default true. */
        public Builder bias(boolean wanted) {
            this.bias = wanted;
            return this;
        }

        /**
         * f; default identity.
         *
         * @throws IllegalArgumentException if it is none of identity, sigmoid, tanh and relu
         */
        public Builder activation(Activation f) {
            Checks.argument(ACTIVATIONS.contains(f.kind()), "activation", f.kind(), "one of " + ACTIVATIONS);
            this.activation = f;
            return this;
        }

        /** How b is drawn; default zeros. */
        public Builder initializeBias(Initialization initialization) {
            this.biases = initialization;
            return this;
        }

        /** A new layer, which the caller closes. */
        public Dense build() {
            return new Dense(this);
        }
    }
}
