package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.internal.checks.Closing;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.testing.Target;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of a tape: what it leases, how often it is used, what makes it useless. */
abstract class TapeContract extends Contract {
    private static final int T = 4;
    private static final int N = 3;

    private Lstm layer;
    private FloatTensor x;
    private FloatTensor y;
    private FloatTensor dy;
    private FloatTensor dx;
    private RecurrentState in;
    private RecurrentState out;
    private RecurrentState dOut;
    private RecurrentState dIn;
    private Gradients gradients;

    TapeContract(Target target) {
        super(target);
    }

    @BeforeEach
    void open() {
        layer = target().on(Lstm.builder(5, 6)).build();
        x = layer.newInput(T, N);
        y = layer.newOutput(T, N);
        dy = layer.newOutput(T, N);
        dx = layer.newInput(T, N);
        in = layer.newState(N);
        out = layer.newState(N);
        dOut = layer.newState(N);
        dIn = layer.newState(N);
        gradients = layer.newGradients();
        x.fill(0.5f);
        dy.fill(0.25f);
    }

    @AfterEach
    void close() {
        if (layer != null) {
            for (AutoCloseable each : new AutoCloseable[] {x, y, dy, dx, in, out, dOut, dIn, gradients, layer}) {
                Closing.all(List.of(each));
            }
        }
    }

    private Tape forward() {
        return layer.forward(x, null, in, y, out);
    }

    private static void refuses(ThrowingCallable call, Class<? extends Exception> type, String... parts) {
        assertThatThrownBy(call).isInstanceOf(type).hasMessageContainingAll(parts);
    }

    @Test
    void isUsedOnce() {
        try (Tape tape = forward()) {
            tape.backward(dy, null, dx, null, gradients);
            refuses(() -> tape.backward(dy, null, dx, null, gradients), IllegalStateException.class, "used before");
        }
    }

    @Test
    void isUselessOnceClosed() {
        Tape tape = forward();
        tape.close();
        tape.close();
        refuses(() -> tape.backward(dy, null, dx, null, gradients), IllegalStateException.class, "tape is closed");
    }

    @Test
    void isUselessAfterTheWeightsChanged() {
        try (Tape tape = forward()) {
            layer.weights().update(w -> w.get("bias_ih_l0").set(0, 1));
            refuses(
                    () -> tape.backward(dy, null, dx, null, gradients),
                    IllegalStateException.class,
                    "weights changed since forward",
                    "version 1",
                    "now 2");
        }
        try (Tape tape = forward()) {
            layer.replaceWeights(layer.weights().toMap());
            refuses(
                    () -> tape.backward(dy, null, dx, null, gradients),
                    IllegalStateException.class,
                    "weights changed since forward");
        }
        try (Tape tape = forward()) {
            tape.backward(dy, null, dx, null, gradients);
        }
    }

    @Test
    void isUselessAfterTheLayerIsClosed() {
        Tape tape = forward();
        layer.close();
        refuses(() -> tape.backward(dy, null, dx, null, gradients), IllegalStateException.class, "the layer is closed");
        tape.close();
    }

    @Test
    void leasesItsInputsAndOutputsUntilClosed() {
        try (Tape tape = forward()) {
            assertThat(tape.bytes()).isPositive();
            assertThat(x.get(0)).isEqualTo(0.5f);
            for (FloatTensor leased : new FloatTensor[] {x, y, x.slice(1, 1), in.h(), in.c(), out.h(), out.c()}) {
                refuses(() -> leased.fill(1), IllegalStateException.class, "leased by an open tape");
                refuses(() -> leased.set(0, 1), IllegalStateException.class, "leased by an open tape");
            }
            refuses(() -> x.copyFrom(new float[(int) x.size()]), IllegalStateException.class, "leased by an open tape");
            for (AutoCloseable owner : new AutoCloseable[] {x, y, in, out}) {
                refuses(owner::close, IllegalStateException.class, "leased by an open tape", "cannot be closed now");
            }
            refuses(
                    () -> layer.infer(dx, null, null, y, null),
                    IllegalStateException.class,
                    "y: ",
                    "leased by an open tape");
            refuses(
                    () -> layer.infer(dx, null, null, dy, out),
                    IllegalStateException.class,
                    "stateOut: ",
                    "leased by an open tape");
            refuses(
                    () -> tape.backward(dy, null, x, null, null),
                    IllegalStateException.class,
                    "dx: ",
                    "leased by an open tape");
            refuses(
                    () -> tape.backward(dy, null, null, in, null),
                    IllegalStateException.class,
                    "dStateIn: ",
                    "leased by an open tape");
            // After every refusal the tape is as good as before.
            tape.backward(dy, null, dx, null, gradients);
        }
        x.fill(1);
        y.fill(1);
        in.reset();
        out.reset();
    }

    @Test
    void twoTapesMayLeaseTheSameInput() {
        try (FloatTensor y2 = layer.newOutput(T, N)) {
            Tape first = layer.forward(x, null, null, y, null);
            Tape second = layer.forward(x, null, null, y2, null);
            first.close();
            refuses(() -> x.fill(1), IllegalStateException.class, "leased by an open tape");
            second.close();
            x.fill(1);
        }
    }

    @Test
    void refusesWrongShapesAndOverlaps() {
        try (Tape tape = forward();
                FloatTensor wrong = layer.newTensor(T, N, 9);
                RecurrentState small = layer.newState(N - 1)) {
            refuses(
                    () -> tape.backward(wrong, null, dx, null, null),
                    IllegalArgumentException.class,
                    "dy: [4, 3, 9] (expected: [4, 3, 6]");
            refuses(
                    () -> tape.backward(dy, null, wrong, null, null),
                    IllegalArgumentException.class,
                    "dx: [4, 3, 9] (expected: [4, 3, 5]");
            refuses(
                    () -> tape.backward(dy, small, dx, null, null),
                    IllegalArgumentException.class,
                    "dStateOut.h: [1, 2, 6]");
            refuses(
                    () -> tape.backward(dy, dOut, dx, small, null),
                    IllegalArgumentException.class,
                    "dStateIn.h: [1, 2, 6]");
            refuses(
                    () -> tape.backward(dy, dOut, dx, dOut, null),
                    IllegalArgumentException.class,
                    "dStateIn",
                    "dStateOut");
            FloatTensor all = layer.newTensor(T * N * 6);
            refuses(
                    () -> tape.backward(
                            all.reshape(T, N, 6), null, all.slice(0, T * N * 5).reshape(T, N, 5), null, null),
                    IllegalArgumentException.class,
                    "dx: overlaps dy");
            all.close();
            try (Gru other = target().on(Gru.builder(5, 6)).build();
                    Gradients others = other.newGradients()) {
                refuses(
                        () -> tape.backward(dy, null, dx, null, others),
                        IllegalArgumentException.class,
                        "gradients: ",
                        "of this layer");
            }
            tape.backward(dy, dOut, dx, dIn, gradients);
        }
    }

    @Test
    void refusesClosedMemoryAndStaysUsable() {
        try (Tape tape = forward()) {
            FloatTensor closed = layer.newOutput(T, N);
            closed.close();
            refuses(
                    () -> tape.backward(closed, null, dx, null, null),
                    IllegalStateException.class,
                    "dy: ",
                    "is closed");
            Gradients gone = layer.newGradients();
            gone.close();
            refuses(
                    () -> tape.backward(dy, null, dx, null, gone),
                    IllegalStateException.class,
                    "gradients: ",
                    "is closed");
            tape.backward(dy, null, dx, null, gradients);
        }
    }

    @Test
    void gradientsAreAddedToAndEverythingElseOverwritten() {
        dx.fill(7);
        dIn.h().fill(7);
        dIn.c().fill(7);
        try (Tape tape = forward()) {
            tape.backward(dy, dOut, dx, dIn, gradients);
        }
        float[] once = gradients.all().toArray();
        float[] dxOnce = dx.toArray();
        try (Tape tape = forward()) {
            tape.backward(dy, dOut, dx, dIn, gradients);
        }
        float[] twice = gradients.all().toArray();
        for (int i = 0; i < once.length; i++) {
            // x + x is exact; x + y with y = x up to the order of sums is within a few roundings of it
            assertThat(twice[i]).isCloseTo(2 * once[i], Offset.offset(Math.abs(once[i]) * 0x1p-20f + 1e-9f));
        }
        assertThat(dx.toArray()).containsExactly(dxOnce);
        gradients.zero();
        assertThat(gradients.all().toArray()).containsOnly(0);
    }

    @Test
    void backwardWithoutAnyUpstreamGivesZeros() {
        try (Tape tape = forward()) {
            dx.fill(7);
            tape.backward(null, null, dx, dIn, gradients);
            assertThat(dx.toArray()).containsOnly(0);
            assertThat(gradients.all().toArray()).containsOnly(0);
        }
    }

    @Test
    void theCallersLengthsMayChangeAfterForward() {
        int[] lengths = {4, 2, 1};
        float[] expected;
        try (Tape tape = layer.forward(x, lengths, null, y, null)) {
            tape.backward(dy, null, dx, null, null);
            expected = dx.toArray();
        }
        try (Tape tape = layer.forward(x, lengths, null, y, null)) {
            Arrays.fill(lengths, 0);
            tape.backward(dy, null, dx, null, null);
            assertThat(dx.toArray()).containsExactly(expected);
        }
    }

    @Test
    void forwardRefusesTheSameStateInAndOut() {
        refuses(
                () -> layer.forward(x, null, in, y, in),
                IllegalArgumentException.class,
                "stateOut: the same as stateIn");
    }
}
