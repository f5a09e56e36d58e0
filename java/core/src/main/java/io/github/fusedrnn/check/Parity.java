package io.github.fusedrnn.check;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.reference.ReferenceNetwork;
import io.github.fusedrnn.internal.reference.ReferenceTape;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs a fraction of a service's calls through the reference too, and reports how far the layer's backend drifts from it.
 *
 * <pre>{@code
 * Parity parity = Parity.of(layer).fraction(0.001).executor(background).build();
 * parity.infer(x, lengths, stateIn, y, stateOut);       // in the place of layer.infer
 * System.out.println(parity.report());
 * }</pre>
 *
 * <p>A call that is not sampled costs one atomic increment more than the layer's own. A sampled one copies its inputs and outputs to the Java
 * heap and computes in float64, slowly: in the calling thread, or in an executor. A comparison never fails the call; if one cannot be made
 * (the weights changed meanwhile, too many wait, out of memory), it is counted as discarded. Thread-safe, as far as the layer is.
 */
public final class Parity {
    /** Comparisons that may wait in the executor, so that a slow one cannot fill the heap. */
    private static final int MAX_PENDING = 8;

    private final RecurrentLayer layer;
    private final ReferenceNetwork network;
    private final double fraction;
    private final long seed;
    private final double tolerance;
    private final Executor executor;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicInteger pending = new AtomicInteger();
    private final ParityTotals totals = new ParityTotals();
    private volatile @Nullable Snapshot newest;

    /** Weights of one version, in float64. */
    private record Snapshot(long version, double[] weights) {}

    private Parity(Builder builder) {
        layer = builder.layer;
        network = new ReferenceNetwork(layer.config());
        fraction = builder.fraction;
        seed = builder.seed;
        tolerance = builder.tolerance;
        executor = builder.executor;
    }

    /** A builder for a layer; the layer stays the caller's. */
    public static Builder of(RecurrentLayer layer) {
        return new Builder(layer);
    }

    /**
     * The layer's own {@link RecurrentLayer#infer}, same arguments and errors, sampled.
     *
     * @param x input, read only
     * @param lengths valid steps of each row; null = T for all
     * @param stateIn initial states; null = zeros
     * @param y output, overwritten
     * @param stateOut final states, overwritten; null = not wanted; may be {@code stateIn} itself
     */
    public void infer(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut) {
        if (isSampled(calls.getAndIncrement())) {
            inferSampled(x, lengths, stateIn, y, stateOut);
        } else {
            layer.infer(x, lengths, stateIn, y, stateOut);
        }
    }

    /** What has been found so far. */
    public ParityReport report() {
        return totals.report(calls.get());
    }

    /** A function of seed and call number, so that a test can foresee it: a hash (SplitMix64's) below the fraction. */
    private boolean isSampled(long call) {
        long z = seed + 0x9E3779B97F4A7C15L * (call + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53 < fraction;
    }

    private void inferSampled(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut) {
        long version = layer.weights().version();
        // before the call, which may overwrite stateIn
        SequenceInput input = copy(x, lengths, stateIn);
        layer.infer(x, lengths, stateIn, y, stateOut);
        if (input == null || !compareLater(version, input, y, stateOut)) {
            totals.discard();
        }
    }

    /** What goes into the call, null if it cannot be copied: a wrong argument is then the layer's to refuse. */
    private @Nullable SequenceInput copy(FloatTensor x, int @Nullable [] lengths, @Nullable RecurrentState stateIn) {
        try {
            boolean batchMajor = layer.config().batchMajor();
            int steps = Math.toIntExact(x.dim(batchMajor ? 1 : 0));
            int rows = Math.toIntExact(x.dim(batchMajor ? 0 : 1));
            SequenceInput input =
                    SequenceInput.of(steps, rows, Widening.of(x)).withState(Widening.h(stateIn), Widening.c(stateIn));
            return lengths == null ? input : input.withLengths(lengths);
        } catch (RuntimeException | OutOfMemoryError e) {
            return null;
        }
    }

    /** Hands the comparison to the executor; false if it could not be. */
    private boolean compareLater(long version, SequenceInput input, FloatTensor y, @Nullable RecurrentState stateOut) {
        if (pending.incrementAndGet() > MAX_PENDING) {
            pending.decrementAndGet();
            return false;
        }
        boolean accepted = false;
        try {
            double[] weights = weights(version);
            if (weights != null) {
                double[] actualY = Widening.of(y);
                double[] actualH = Widening.h(stateOut);
                double[] actualC = Widening.c(stateOut);
                executor.execute(() -> {
                    try {
                        compare(weights, input, actualY, actualH, actualC);
                    } finally {
                        pending.decrementAndGet();
                    }
                });
                accepted = true;
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            accepted = false;
        } finally {
            if (!accepted) {
                pending.decrementAndGet();
            }
        }
        return accepted;
    }

    /** Weights of a version; null if that version is gone. */
    private double @Nullable [] weights(long version) {
        Snapshot known = newest;
        if (known != null && known.version() == version && layer.weights().version() == version) {
            return known.weights();
        }
        double[] weights = Widening.weights(layer.weights());
        if (layer.weights().version() != version) {
            return null;
        }
        newest = new Snapshot(version, weights);
        return weights;
    }

    private void compare(
            double[] weights,
            SequenceInput input,
            double[] actualY,
            double @Nullable [] actualH,
            double @Nullable [] actualC) {
        try {
            LayerCall call = new LayerCall(network, weights, input, new LossSum(null, null, null));
            ReferenceTape expected = call.infer();
            double allowed = Double.isNaN(tolerance)
                    ? Tolerances.float32(layer.config(), input.steps(), input.rows())
                    : tolerance;
            TensorError y = GradientCheck.compare("y", call.outputShape(), actualY, expected.y(), allowed);
            TensorError h = actualH == null
                    ? null
                    : GradientCheck.compare("hn", call.hShape(), actualH, expected.hn(), allowed);
            TensorError c = actualC == null
                    ? null
                    : GradientCheck.compare("cn", call.cShape(), actualC, expected.cn(), allowed);
            totals.add(y, h, c);
        } catch (RuntimeException | OutOfMemoryError e) {
            totals.discard();
        }
    }

    /** Builds {@link Parity}. Not thread-safe. */
    public static final class Builder {
        private final RecurrentLayer layer;
        private double fraction = 0.01;
        private long seed;
        private double tolerance = Double.NaN;
        private Executor executor = Runnable::run;

        private Builder(RecurrentLayer layer) {
            this.layer = Objects.requireNonNull(layer, "layer");
        }

        /** Share of calls that are sampled, 0 ≤ fraction ≤ 1; default 0.01. */
        public Builder fraction(double fraction) {
            if (!(fraction >= 0 && fraction <= 1)) {
                throw Checks.wrong("fraction", fraction, "0 <= fraction <= 1");
            }
            this.fraction = fraction;
            return this;
        }

        /** Seed of the choice of calls; default 0. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Largest relative error that is no drift, instead of {@link Tolerances#float32}. */
        public Builder tolerance(double relativeError) {
            if (!(relativeError >= 0)) {
                throw Checks.wrong("tolerance", relativeError, "a number >= 0");
            }
            this.tolerance = relativeError;
            return this;
        }

        /** Where sampled calls are compared; default in the calling thread. It stays the caller's. */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /** The wrapped layer. */
        public Parity build() {
            return new Parity(this);
        }
    }
}
