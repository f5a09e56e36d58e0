package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.testing.Target;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every wrong argument and wrong moment of a layer's calls, with the message that says so; and nothing is changed by them. */
@SuppressWarnings("NullAway") // nulls where none is allowed are the point
abstract class BadCallContract extends Contract {
    private static final int T = 4;
    private static final int N = 3;

    private Lstm layer;
    private FloatTensor x;
    private FloatTensor y;
    private RecurrentState state;

    BadCallContract(Target target) {
        super(target);
    }

    @BeforeEach
    void open() {
        layer = target().on(Lstm.builder(5, 6)).build();
        x = layer.newInput(T, N);
        y = layer.newOutput(T, N);
        state = layer.newState(N);
        y.fill(3);
        state.h().fill(3);
    }

    @AfterEach
    void close() {
        if (layer != null) {
            state.close();
            y.close();
            x.close();
            layer.close();
        }
    }

    private static void refuses(ThrowingCallable call, Class<? extends Exception> type, String... parts) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(parts);
    }

    private static void wrong(ThrowingCallable call, String... parts) {
        refuses(call, IllegalArgumentException.class, parts);
    }

    /** The same call is refused by inference, training and a session, and touches neither output nor state. */
    private void wrongEverywhere(
            FloatTensor in,
            int[] lengths,
            RecurrentState stateIn,
            FloatTensor out,
            RecurrentState stateOut,
            String... parts) {
        wrong(() -> layer.infer(in, lengths, stateIn, out, stateOut), parts);
        wrong(() -> layer.forward(in, lengths, stateIn, out, stateOut), parts);
        try (Session session = layer.session(T, N, 1)) {
            wrong(() -> session.infer(in, lengths, stateIn, out, stateOut), parts);
        }
        assertThat(y.toArray()).containsOnly(3);
        assertThat(state.h().toArray()).containsOnly(3);
    }

    @Test
    void nulls() {
        refuses(() -> layer.infer(null, null, null, y, null), NullPointerException.class, "x: null");
        refuses(() -> layer.infer(x, null, null, null, null), NullPointerException.class, "y: null");
        refuses(() -> layer.infer(null), NullPointerException.class, "x: null");
        refuses(() -> layer.forward(null, null, null, y, null), NullPointerException.class, "x: null");
        refuses(() -> layer.forward(x, null, null, null, null), NullPointerException.class, "y: null");
        refuses(() -> Lstm.builder(1, 1).backend(null), NullPointerException.class, "backend: null");
        refuses(() -> Lstm.builder(1, 1).direction(null), NullPointerException.class, "direction: null");
        refuses(() -> Lstm.builder(1, 1).bidirectional(null), NullPointerException.class, "merge: null");
        refuses(() -> Lstm.builder(1, 1).cpuIsa(null), NullPointerException.class, "isa: null");
        refuses(() -> Lstm.builder(1, 1).cpuProducts(null), NullPointerException.class, "products: null");
        refuses(() -> Lstm.builder(1, 1).initializer(null), NullPointerException.class, "initializer: null");
        refuses(() -> Gru.builder(1, 1).reset(null), NullPointerException.class, "reset: null");
    }

    @Test
    void wrongRank() {
        wrongEverywhere(x.reshape(T * N, 5), null, null, y, null, "x: [12, 5] (expected: [T, N, 5], C = 5");
        wrongEverywhere(x.reshape(1, T, N, 5), null, null, y, null, "x: [1, 4, 3, 5]");
        wrongEverywhere(x, null, null, y.reshape(T * N, 6), null, "y: [12, 6] (expected: [4, 3, 6]");
    }

    @Test
    void wrongSize() {
        wrongEverywhere(y, null, null, y, null, "x: [4, 3, 6] (expected: [T, N, 5]");
        wrongEverywhere(x, null, null, x, null, "y: [4, 3, 5] (expected: [4, 3, 6]");
        wrongEverywhere(x, null, null, y.slice(0, 3), null, "y: [3, 3, 6] (expected: [4, 3, 6]");
        try (RecurrentState small = layer.newState(N - 1);
                Gru gru = target().on(Gru.builder(5, 6)).build();
                RecurrentState withoutC = gru.newState(N)) {
            wrongEverywhere(x, null, small, y, null, "stateIn.h: [1, 2, 6] (expected: [1, 3, 6]");
            wrongEverywhere(x, null, null, y, small, "stateOut.h: [1, 2, 6] (expected: [1, 3, 6]");
            wrongEverywhere(x, null, withoutC, y, null, "stateIn: without c (expected: h and c)");
            refuses(withoutC::c, UnsupportedOperationException.class, "only an LSTM has a cell state");
            wrong(() -> gru.infer(x, null, state, y, null), "stateIn: with c (expected: h alone)");
        }
    }

    @Test
    void wrongLengths() {
        wrongEverywhere(x, new int[] {1, -1, 4}, null, y, null, "lengths[1]: -1 (expected: 0 <= length <= T = 4)");
        wrongEverywhere(x, new int[] {1, 2, 5}, null, y, null, "lengths[2]: 5 (expected: 0 <= length <= T = 4)");
        wrongEverywhere(x, new int[] {1, 2}, null, y, null, "lengths: 2 values (expected: 3");
        wrongEverywhere(x, new int[0], null, y, null, "lengths: 0 values (expected: 3");
    }

    @Test
    void overlaps() {
        try (FloatTensor block = layer.newTensor(T * N * 6 + 10)) {
            FloatTensor in = block.slice(0, T * N * 5).reshape(T, N, 5);
            FloatTensor out = block.slice(10, T * N * 6).reshape(T, N, 6);
            wrongEverywhere(in, null, null, out, null, "y: overlaps x (expected: memory apart from x)");
        }
        try (Lstm square = target().on(Lstm.builder(6, 6)).build();
                FloatTensor in = square.newInput(1, N);
                FloatTensor out = square.newOutput(1, N);
                RecurrentState a = square.newState(N)) {
            FloatTensor h = a.h().reshape(1, N, 6);
            FloatTensor c = a.c().reshape(1, N, 6);
            wrong(() -> square.infer(in, null, null, in, null), "y: overlaps x");
            wrong(() -> square.infer(in, null, a, h, null), "y: overlaps stateIn");
            wrong(() -> square.infer(in, null, a, c, null), "y: overlaps stateIn");
            wrong(() -> square.infer(in, null, null, h, a), "y: overlaps stateOut");
            wrong(() -> square.infer(h, null, null, out, a), "stateOut: overlaps x");
        }
    }

    @Test
    void theStateMayBeItsOwnSuccessor() {
        try (RecurrentState other = layer.newState(N);
                RecurrentState same = layer.newState(N)) {
            same.h().fill(0.5f);
            other.copyFrom(same);
            layer.infer(x, null, other, y, other);
            float[] inPlace = other.c().toArray();
            layer.infer(x, null, same, y, other);
            assertThat(other.c().toArray()).containsExactly(inPlace);
        }
    }

    @Test
    void closedTensorsAndStates() {
        FloatTensor gone = layer.newInput(T, N);
        gone.close();
        gone.close();
        FloatTensor goneOutput = layer.newOutput(T, N);
        goneOutput.close();
        RecurrentState goneState = layer.newState(N);
        goneState.close();
        for (ThrowingCallable call : Arrays.<ThrowingCallable>asList(
                () -> layer.infer(gone, null, null, y, null),
                () -> layer.infer(x, null, null, goneOutput, null),
                () -> layer.infer(x, null, goneState, y, null),
                () -> layer.infer(x, null, state, y, goneState),
                () -> layer.forward(gone, null, null, y, null),
                () -> layer.forward(x, null, null, goneOutput, null),
                () -> layer.forward(x, null, goneState, y, null),
                gone::toArray,
                () -> gone.get(0),
                () -> gone.set(0, 1),
                () -> gone.fill(1),
                () -> goneState.h().toArray())) {
            refuses(call, IllegalStateException.class, "closed");
        }
        assertThat(gone.isClosed()).isTrue();
        assertThat(gone.slice(0, 1).isClosed()).isTrue();
        assertThat(y.toArray()).containsOnly(3);
        // What was held while the refusals came is free again.
        x.fill(1);
        layer.infer(x, null, null, y, state);
    }

    @Test
    void closedLayersAndSessions() {
        Lstm other = target().on(Lstm.builder(5, 6)).build();
        Session session = other.session(T, N, 1);
        Session late = other.session(T, N, 1);
        session.close();
        session.close();
        refuses(() -> session.infer(x, null, null, y, null), IllegalStateException.class, "session is closed");
        other.close();
        other.close();
        refuses(() -> late.infer(x, null, null, y, null), IllegalStateException.class, "the layer is closed");
        late.close();
        refuses(() -> other.infer(x, null, null, y, null), IllegalStateException.class, "the layer is closed");
        refuses(() -> other.infer(x), IllegalStateException.class, "the layer is closed");
        refuses(() -> other.forward(x, null, null, y, null), IllegalStateException.class, "the layer is closed");
        refuses(() -> other.session(1, 1, 1), IllegalStateException.class, "the layer is closed");
        refuses(() -> other.replaceWeights(Map.of()), IllegalStateException.class, "the layer is closed");
        refuses(() -> other.weights().get("weight_ih_l0"), IllegalStateException.class, "closed");
    }

    @Test
    void gradientsLieApartFromWhatBackwardReadsAndWrites() {
        try (Gradients gradients = layer.newGradients();
                Tape tape = layer.forward(x, null, null, y, null)) {
            FloatTensor all = gradients.all();
            FloatTensor dy = all.slice(0, T * N * 6).reshape(T, N, 6);
            FloatTensor dx = all.slice(0, T * N * 5).reshape(T, N, 5);
            wrong(() -> tape.backward(dy, null, null, null, gradients), "gradients: overlaps dy");
            wrong(() -> tape.backward(y, null, dx, null, gradients), "gradients: overlaps dx");
            tape.backward(y, null, dx, null, null);
        }
    }

    @Test
    void sessionsHaveTheirLimits() {
        try (Session session = layer.session(T - 1, N, 1)) {
            wrong(() -> session.infer(x, null, null, y, null), "x: T = 4, N = 3 (expected: T <= 3 and N <= 3");
        }
        wrong(() -> layer.session(0, 1, 1), "maxT: 0 (expected: an integer >= 1)");
        wrong(() -> layer.session(1, -1, 1), "maxN: -1");
        wrong(() -> layer.session(1, 1, 0), "maxThreads: 0");
    }

    @Test
    void sizesThatAreNotPositive() {
        wrong(() -> target().on(Lstm.builder(0, 1)).build(), "inputSize: 0 (expected: an integer >= 1)");
        wrong(() -> target().on(Lstm.builder(1, -3)).build(), "hiddenSize: -3");
        wrong(() -> target().on(Lstm.builder(1, 1)).layers(0).build(), "layers: 0");
        wrong(() -> target().on(Lstm.builder(1, 1)).threads(0).build(), "threads: 0");
        wrong(() -> target().on(Lstm.builder(1, 1)).maxPlans(0).build(), "maxPlans: 0");
        wrong(() -> layer.newState(0), "n: 0");
        wrong(() -> layer.newTensor(3, 0), "dims: [3, 0] (expected: every dimension >= 1)");
        wrong(() -> layer.newTensor(), "dims: [] (expected: at least one dimension)");
    }

    @Test
    void sizesWhoseProductOverflows() {
        wrong(() -> layer.newTensor(Long.MAX_VALUE, 2), "dims: [9223372036854775807, 2]");
        wrong(
                () -> layer.newTensor(1L << 31, 1L << 31),
                "dims: [2147483648, 2147483648] (expected: a product below 2^61)");
    }

    @Test
    void moreMemoryThanThereIs() {
        long before = target().backend().liveBytes();
        // 2^45 elements: 140 TB, more than any machine that runs this test has.
        refuses(
                () -> layer.newTensor(1L << 45),
                FusedRnnException.class,
                "asked for 140737488355328 bytes",
                "are free");
        refuses(
                () -> target().on(Lstm.builder(1 << 20, 1 << 20)).build(),
                target().kind() == BackendKind.REFERENCE ? IllegalArgumentException.class : FusedRnnException.class,
                "weights: ");
        assertThat(target().backend().liveBytes()).isEqualTo(before);
    }

    @Test
    void moreMemoryThanTheLimitAllows() {
        Assumptions.assumeTrue(
                target().kind() == BackendKind.CPU, "skipped: the reference has no limit of its own but the JVM's");
        String property = "fusedrnn.maxNativeBytes";
        System.setProperty(property, Long.toString(target().backend().liveBytes() + 10_000));
        try {
            refuses(
                    () -> layer.newTensor(5_000),
                    FusedRnnException.class,
                    "asked for 20000 bytes",
                    "10000 are free",
                    property);
            refuses(() -> layer.session(1000, 1000, 1), FusedRnnException.class, "asked for", "are free", property);
            layer.newTensor(1_000).close(); // the session has packed the weights before it was refused
        } finally {
            System.clearProperty(property);
        }
    }

    @Test
    void memoryOfAnotherBackend() {
        Assumptions.assumeTrue(
                target().kind() != BackendKind.REFERENCE, "skipped: the reference reads the CPU's memory, and its own");
        try (FloatTensor foreignX = FloatTensor.allocate(BackendKind.REFERENCE, T, N, 5);
                FloatTensor foreignY = FloatTensor.allocate(BackendKind.REFERENCE, T, N, 6);
                Lstm foreign = Lstm.builder(5, 6).backend(BackendKind.REFERENCE).build();
                RecurrentState foreignState = foreign.newState(N)) {
            wrongEverywhere(
                    foreignX,
                    null,
                    null,
                    y,
                    null,
                    "x: memory of backend " + foreignX.backend(),
                    "expected: memory of backend " + target().kind());
            wrongEverywhere(x, null, null, foreignY, null, "y: memory of backend");
            wrongEverywhere(x, null, foreignState, y, null, "stateIn: memory of backend");
            wrongEverywhere(x, null, null, y, foreignState, "stateOut: memory of backend");
        }
    }

    @Test
    void wrongWeights() {
        Map<String, float[]> values = new LinkedHashMap<>(layer.weights().toMap());
        values.remove("bias_hh_l0");
        values.put("weight_ih_l0", new float[3]);
        values.put("weight_xx", new float[1]);
        String[] parts = {
            "bias_hh_l0: missing (expected: [24])",
            "weight_ih_l0: 3 elements (expected: 120 = [24, 5])",
            "unknown: [weight_xx]"
        };
        float[] before = layer.weights().get("weight_ih_l0");
        wrong(() -> layer.replaceWeights(values), parts);
        wrong(() -> target().on(Lstm.builder(5, 6)).weights(values).build(), parts);
        assertThat(layer.weights().get("weight_ih_l0")).containsExactly(before);
        wrong(
                () -> layer.weights().get("nope"),
                "parameter: 'nope' (expected: one of [weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0])");
        wrong(() -> layer.weights().update(w -> w.get("nope")), "parameter: 'nope'");
        try (Gradients gradients = layer.newGradients()) {
            wrong(() -> gradients.get("nope"), "parameter: 'nope'");
        }
    }

    @Test
    void unsupportedCombinations() {
        wrong(() -> target().on(Lstm.builder(2, 3)).projection(3).build(), "projectionSize: 3", "hiddenSize = 3");
        wrong(() -> target().on(Lstm.builder(2, 3)).projection(-1).build(), "projectionSize: -1");
        wrong(() -> target().on(Lstm.builder(2, 3)).dropout(1).build(), "dropout: 1.0 (expected: 0 <= dropout < 1)");
        wrong(() -> target().on(Lstm.builder(2, 3)).dropout(Float.NaN).build(), "dropout: NaN");
        wrong(() -> target().on(Lstm.builder(2, 3)).cellClip(-1).build(), "cellClip: -1.0");
        wrong(
                () -> target().on(Gru.builder(2, 3))
                        .gateClip(Float.POSITIVE_INFINITY)
                        .build(),
                "gateClip: Infinity");
        wrong(
                () -> target().on(Gru.builder(2, 3))
                        .activations(Activation.TANH)
                        .build(),
                "activations: 1 functions (expected: 2: 1 direction(s) of [f, g])");
        wrong(
                () -> target().on(Rnn.builder(2, 3))
                        .reverseActivations(Activation.RELU)
                        .build(),
                "reverseActivations",
                "none unless bidirectional");
    }

    @Test
    void unknownInstructionSetsAndProducts() {
        Assumptions.assumeTrue(target().kind() == BackendKind.CPU, "skipped: options of the CPU backend");
        wrong(
                () -> Lstm.builder(1, 1).backend(BackendKind.CPU).cpuIsa("mmx").build(),
                "cpuIsa: 'mmx' (expected: auto or one that runs here, [plain");
        wrong(
                () -> Lstm.builder(1, 1)
                        .backend(BackendKind.CPU)
                        .cpuProducts("mkl")
                        .build(),
                "cpuProducts: 'mkl' (expected: auto, packed or openblas)");
        String absent = System.getProperty("os.arch").equals("aarch64") ? "avx512" : "neon";
        wrong(() -> Lstm.builder(1, 1).backend(BackendKind.CPU).cpuIsa(absent).build(), "cpuIsa: '" + absent + "'");
        checkProperty("fusedrnn.cpu.isa", "mmx");
        checkProperty("fusedrnn.cpu.products", "mkl");
    }

    private static void checkProperty(String property, String value) {
        String before = System.getProperty(property);
        System.setProperty(property, value);
        try {
            wrong(() -> Lstm.builder(1, 1).backend(BackendKind.CPU).build(), property + ": '" + value + "'");
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    @Test
    void aFailedForwardUsesUpNoCallNumber() {
        long before = layer.dropoutCalls();
        wrong(() -> layer.forward(x, null, null, x, null), "y: ");
        assertThat(layer.dropoutCalls()).isEqualTo(before);
    }
}
