package io.github.fusedrnn.check;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.reference.ReferenceGradients;
import io.github.fusedrnn.internal.reference.ReferenceNetwork;
import io.github.fusedrnn.internal.reference.ReferenceTape;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.weights.ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Checks the gradients of a caller's own layer, on whatever backend it runs, with the weights it has now: against the float64 reference
 * ({@link #againstReference}), and against central differences of the reference ({@link #againstCentralDifferences}), which is independent
 * of everybody's backward code.
 *
 * <pre>{@code
 * GradientReport report = GradientCheck.of(layer).random(20, 4).againstCentralDifferences();
 * System.out.println(report);      // tensor by tensor: worst error, where, both values
 * if (!report.passed()) { ... }
 * }</pre>
 *
 * <p>The loss is Σ dy∘y + Σ dState∘stateOut, with the upstream gradients given or drawn. The layer, its weights, its dropout call number
 * and what is given stay as they are; what is needed beside is allocated and freed. Mutable, one thread; may be run more than once.
 */
public final class GradientCheck {
    private static final long DEFAULT_ELEMENTS = 200;

    private final RecurrentLayer layer;
    private int steps = 5;
    private int rows = 3;
    private @Nullable FloatTensor x;
    private int @Nullable [] lengths;
    private @Nullable RecurrentState stateIn;
    private boolean drawn = true;
    private @Nullable FloatTensor dy;
    private @Nullable RecurrentState dState;
    private boolean upstreamDrawn = true;
    private long dropoutCall;
    private long seed;
    private long maxElements = DEFAULT_ELEMENTS;
    private double tolerance;

    private GradientCheck(RecurrentLayer layer) {
        this.layer = layer;
        tolerance = Double.NaN;
    }

    /** A check of a layer, with drawn data of 5 steps and 3 rows unless told otherwise. */
    public static GradientCheck of(RecurrentLayer layer) {
        return new GradientCheck(Objects.requireNonNull(layer, "layer"));
    }

    /**
     * Checks on the caller's data.
     *
     * @param x {@code [T, N, C]} or batch-major; not changed
     * @param lengths valid steps of each row; null = all
     * @param stateIn initial states, not changed; null = zeros
     * @return this
     */
    public GradientCheck input(FloatTensor x, int @Nullable [] lengths, @Nullable RecurrentState stateIn) {
        this.x = Objects.requireNonNull(x, "x");
        this.lengths = lengths == null ? null : lengths.clone();
        this.stateIn = stateIn;
        drawn = false;
        return this;
    }

    /**
     * Checks on drawn data: x and states uniform in [−1, 1), all rows T long.
     *
     * @param steps T ≥ 1
     * @param rows N ≥ 1
     * @return this
     */
    public GradientCheck random(int steps, int rows) {
        return random(steps, rows, (int[]) null);
    }

    /**
     * Checks on drawn data with lengths.
     *
     * @param steps T ≥ 1
     * @param rows N ≥ 1
     * @param lengths valid steps of each row; null = all
     * @return this
     */
    public GradientCheck random(int steps, int rows, int @Nullable [] lengths) {
        if (steps < 1 || rows < 1) {
            throw Checks.wrong("steps, rows", steps + ", " + rows, "both >= 1");
        }
        this.steps = steps;
        this.rows = rows;
        this.lengths = lengths == null ? null : lengths.clone();
        drawn = true;
        return this;
    }

    /**
     * Takes these upstream gradients instead of drawn ones.
     *
     * @param dy gradient of y, not changed; null = zero
     * @param dState gradient of the final states, not changed; null = zero
     * @return this
     */
    public GradientCheck upstream(@Nullable FloatTensor dy, @Nullable RecurrentState dState) {
        this.dy = dy;
        this.dState = dState;
        upstreamDrawn = false;
        return this;
    }

    /** Call number of the dropout mask; default 0. */
    public GradientCheck dropoutCall(long call) {
        dropoutCall = call;
        return this;
    }

    /** Seed of what is drawn; default 0. */
    public GradientCheck seed(long seed) {
        this.seed = seed;
        return this;
    }

    /**
     * Central differences: elements checked of each tensor, drawn where it has more; default 200. {@code Long.MAX_VALUE} checks all; each
     * costs two forward calls of the reference, four if the layer has kinks.
     */
    public GradientCheck maxElements(long count) {
        if (count < 1) {
            throw Checks.wrong("maxElements", count, "an integer >= 1");
        }
        maxElements = count;
        return this;
    }

    /** Largest relative error allowed instead of {@link Tolerances#float32}. */
    public GradientCheck tolerance(double relativeError) {
        if (!(relativeError >= 0)) {
            throw Checks.wrong("tolerance", relativeError, "a number >= 0");
        }
        tolerance = relativeError;
        return this;
    }

    /** Outputs, final states and every gradient of the layer against the reference's. */
    public GradientReport againstReference() {
        try (Trial trial = new Trial()) {
            Results actual = trial.run();
            LayerCall call = trial.call();
            ReferenceTape tape = call.forward();
            ReferenceGradients expected = call.backward(tape);
            double allowed = tolerance();
            List<TensorError> errors = new ArrayList<>();
            errors.add(compare("y", call.outputShape(), actual.y(), tape.y(), allowed));
            errors.add(compare("hn", call.hShape(), actual.hn(), tape.hn(), allowed));
            if (layer.config().hasCellState()) {
                errors.add(compare("cn", call.cShape(), actual.cn(), tape.cn(), allowed));
            }
            errors.add(compare("grad.x", call.inputShape(), actual.gradients().dx(), expected.dx(), allowed));
            errors.add(compare("grad.h0", call.hShape(), actual.gradients().dh0(), expected.dh0(), allowed));
            if (layer.config().hasCellState()) {
                errors.add(compare("grad.c0", call.cShape(), actual.gradients().dc0(), expected.dc0(), allowed));
            }
            for (ParameterSpec spec : layer.weights().layout().parameters()) {
                errors.add(compare(
                        "grad." + spec.name(),
                        spec.shape(),
                        ReferenceLayer.slice(actual.gradients().dweights(), spec),
                        ReferenceLayer.slice(expected.dweights(), spec),
                        allowed));
            }
            return new GradientReport(title("the reference"), errors);
        }
    }

    /** Every gradient of the layer against central differences of the reference; elements near a kink are skipped and counted. */
    public GradientReport againstCentralDifferences() {
        try (Trial trial = new Trial()) {
            Results actual = trial.run();
            CentralDifferences differences = new CentralDifferences(trial.call(), maxElements, seed, tolerance());
            return differences.check(title("central differences"), actual.gradients());
        }
    }

    private String title(String expected) {
        RecurrentConfig config = layer.config();
        return config.cell() + " on " + layer.backend() + " against " + expected + ": T = " + steps + ", N = " + rows
                + ", C = "
                + config.inputSize() + ", H = " + config.hiddenSize() + ", L = " + config.layers() + ", "
                + config.direction()
                + ", seed " + seed;
    }

    private double tolerance() {
        return Double.isNaN(tolerance) ? Tolerances.float32(layer.config(), steps, rows) : tolerance;
    }

    static TensorError compare(String name, List<Long> shape, double[] actual, double[] expected, double tolerance) {
        ErrorMeter meter = new ErrorMeter(name, shape);
        for (int i = 0; i < expected.length; i++) {
            meter.add(i, actual[i], expected[i]);
        }
        return meter.result(tolerance);
    }

    /** What the layer's own backend computed. */
    private record Results(double[] y, double[] hn, double[] cn, ReferenceGradients gradients) {}

    /** The tensors of one check: the caller's, and those made for it. */
    private final class Trial implements AutoCloseable {
        private final List<AutoCloseable> own = new ArrayList<>();
        private final SplittableRandom random = new SplittableRandom(seed);
        private final FloatTensor input;
        private final RecurrentState in;
        private final @Nullable FloatTensor upstream;
        private final @Nullable RecurrentState upstreamState;
        private double[] weights = new double[0];

        Trial() {
            boolean done = false;
            try {
                FloatTensor given = x;
                if (drawn || given == null) {
                    input = draw(keep(layer.newInput(steps, rows)));
                } else {
                    boolean batchMajor = layer.config().batchMajor();
                    input = given;
                    steps = Math.toIntExact(given.dim(batchMajor ? 1 : 0));
                    rows = Math.toIntExact(given.dim(batchMajor ? 0 : 1));
                }
                in = initialState();
                upstream = upstreamDrawn ? draw(keep(layer.newOutput(steps, rows))) : dy;
                upstreamState = upstreamDrawn ? draw(keep(layer.newState(rows))) : dState;
                done = true;
            } finally {
                if (!done) {
                    close();
                }
            }
        }

        /** Never absent, so that its gradient is wanted and checked. */
        private RecurrentState initialState() {
            RecurrentState given = stateIn;
            if (!drawn && given != null) {
                return given;
            }
            RecurrentState state = keep(layer.newState(rows));
            return drawn ? draw(state) : state;
        }

        private <T extends AutoCloseable> T keep(T made) {
            own.add(made);
            return made;
        }

        private FloatTensor draw(FloatTensor tensor) {
            float[] values = new float[Math.toIntExact(tensor.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(-1, 1);
            }
            return tensor.copyFrom(values);
        }

        private RecurrentState draw(RecurrentState state) {
            draw(state.h());
            if (state.hasCellState()) {
                draw(state.c());
            }
            return state;
        }

        Results run() {
            FloatTensor y = keep(layer.newOutput(steps, rows));
            RecurrentState out = keep(layer.newState(rows));
            FloatTensor dx = keep(layer.newInput(steps, rows));
            RecurrentState dIn = keep(layer.newState(rows));
            Gradients gradients = keep(layer.newGradients());
            try (Tape tape = layer.forward(input, lengths, in, y, out, dropoutCall)) {
                weights = Widening.weights(layer.weights());
                // refuses if the weights changed since forward, so the copy is what forward used
                tape.backward(upstream, upstreamState, dx, dIn, gradients);
            }
            return new Results(
                    Widening.of(y),
                    Widening.of(out.h()),
                    orEmpty(Widening.c(out)),
                    new ReferenceGradients(
                            Widening.of(dx),
                            Widening.of(dIn.h()),
                            orEmpty(Widening.c(dIn)),
                            Widening.of(gradients.all())));
        }

        private double[] orEmpty(double @Nullable [] values) {
            return values == null ? new double[0] : values;
        }

        /** The same call for the reference; after {@link #run}, whose weights it takes. */
        LayerCall call() {
            SequenceInput sequence =
                    SequenceInput.of(steps, rows, Widening.of(input)).withState(Widening.of(in.h()), Widening.c(in));
            int[] given = lengths;
            return new LayerCall(
                    new ReferenceNetwork(layer.config()),
                    weights,
                    given == null ? sequence : sequence.withLengths(given),
                    new LossSum(Widening.ofPresent(upstream), Widening.h(upstreamState), Widening.c(upstreamState)),
                    true,
                    layer.dropoutSeed(),
                    dropoutCall);
        }

        @Override
        public void close() {
            for (AutoCloseable made : own) {
                try {
                    made.close();
                } catch (Exception e) {
                    throw new IllegalStateException("a tensor of the check could not be closed", e);
                }
            }
            own.clear();
        }
    }
}
