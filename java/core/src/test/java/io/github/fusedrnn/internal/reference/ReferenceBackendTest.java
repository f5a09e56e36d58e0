package io.github.fusedrnn.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.testing.RandomCalls;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reference as a backend: what goes through tensors is what the float64 network computes, rounded once. */
class ReferenceBackendTest {
    private static final int T = 4;
    private static final int N = 3;
    private static final int[] LENGTHS = {2, 4, 0};

    private final RandomCalls random = new RandomCalls(11);

    private static Lstm.Builder builder() {
        return Lstm.builder(5, 7)
                .layers(2)
                .bidirectional()
                .projection(3)
                .peepholes(true)
                .backend(BackendKind.REFERENCE);
    }

    @Test
    void isAlwaysAvailable() {
        assertThat(Backends.report())
                .anySatisfy(status -> assertThat(status.kind()).isEqualTo(BackendKind.REFERENCE))
                .filteredOn(status -> status.kind() == BackendKind.REFERENCE)
                .allSatisfy(status -> assertThat(status.available()).isTrue());
    }

    @Test
    void inferenceRoundsTheNetworkOnce() {
        try (Lstm layer = builder().build();
                FloatTensor x = random(layer.newInput(T, N));
                RecurrentState in = random(layer.newState(N));
                FloatTensor y = layer.newOutput(T, N);
                RecurrentState out = layer.newState(N)) {
            layer.infer(x, LENGTHS, in, y, out);
            ReferenceTape tape =
                    network(layer).infer(weights(layer), T, N, LENGTHS, wide(x), wide(in.h()), wide(in.c()));
            assertThat(y.toArray()).containsExactly(narrow(tape.y()));
            assertThat(out.h().toArray()).containsExactly(narrow(tape.hn()));
            assertThat(out.c().toArray()).containsExactly(narrow(tape.cn()));
        }
    }

    @Test
    void stateInMayBeStateOut() {
        try (Lstm layer = builder().build();
                FloatTensor x = random(layer.newInput(T, N));
                RecurrentState state = random(layer.newState(N));
                RecurrentState copy = layer.newState(N);
                RecurrentState out = layer.newState(N);
                FloatTensor y = layer.newOutput(T, N)) {
            copy.copyFrom(state);
            layer.infer(x, LENGTHS, copy, y, out);
            layer.infer(x, LENGTHS, state, y, state);
            assertThat(state.h().toArray()).containsExactly(out.h().toArray());
            assertThat(state.c().toArray()).containsExactly(out.c().toArray());
        }
    }

    @Test
    void backwardRoundsTheNetworkOnceAndAddsToGradients() {
        try (Lstm layer = builder().dropout(0.4f).dropoutSeed(9).build();
                FloatTensor x = random(layer.newInput(T, N));
                RecurrentState in = random(layer.newState(N));
                FloatTensor y = layer.newOutput(T, N);
                RecurrentState out = layer.newState(N);
                FloatTensor dy = random(layer.newOutput(T, N));
                RecurrentState dOut = random(layer.newState(N));
                FloatTensor dx = layer.newInput(T, N);
                RecurrentState dIn = layer.newState(N);
                Gradients gradients = layer.newGradients();
                Tape tape = layer.forward(x, LENGTHS, in, y, out, 6)) {
            gradients.all().fill(1);
            tape.backward(dy, dOut, dx, dIn, gradients);

            ReferenceNetwork network = network(layer);
            ReferenceTape expected =
                    network.forward(weights(layer), T, N, LENGTHS, wide(x), wide(in.h()), wide(in.c()), true, 9, 6);
            ReferenceGradients g = network.backward(expected, wide(dy), wide(dOut.h()), wide(dOut.c()));
            assertThat(y.toArray()).containsExactly(narrow(expected.y()));
            assertThat(dx.toArray()).containsExactly(narrow(g.dx()));
            assertThat(dIn.h().toArray()).containsExactly(narrow(g.dh0()));
            assertThat(dIn.c().toArray()).containsExactly(narrow(g.dc0()));
            double[] sum = g.dweights().clone();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += 1;
            }
            assertThat(gradients.all().toArray()).containsExactly(narrow(sum));
        }
    }

    @Test
    void everythingInBackwardIsOptional() {
        try (Lstm layer = builder().build();
                FloatTensor x = random(layer.newInput(T, N));
                FloatTensor y = layer.newOutput(T, N);
                Tape tape = layer.forward(x, null, null, y, null)) {
            tape.backward(null, null, null, null, null);
        }
    }

    @Test
    void liveBytesComeBack() {
        long before = Backends.liveBytes(BackendKind.REFERENCE);
        try (Lstm layer = builder().build();
                FloatTensor x = layer.newInput(T, N)) {
            assertThat(Backends.liveBytes(BackendKind.REFERENCE))
                    .isEqualTo(before + 4 * (layer.weights().layout().size() + x.size()));
        }
        assertThat(Backends.liveBytes(BackendKind.REFERENCE)).isEqualTo(before);
    }

    private static ReferenceNetwork network(Lstm layer) {
        RecurrentConfig config = layer.config();
        return new ReferenceNetwork(config);
    }

    private static double[] weights(Lstm layer) {
        Map<String, float[]> all = new HashMap<>(layer.weights().toMap());
        double[] block = new double[(int) layer.weights().layout().size()];
        layer.weights().layout().parameters().forEach(spec -> {
            float[] values = all.get(spec.name());
            for (int i = 0; i < spec.size(); i++) {
                block[(int) spec.offset() + i] = values[i];
            }
        });
        return block;
    }

    private FloatTensor random(FloatTensor tensor) {
        return tensor.copyFrom(narrow(random.uniform(tensor.size(), 1)));
    }

    private RecurrentState random(RecurrentState state) {
        random(state.h());
        random(state.c());
        return state;
    }

    private static double[] wide(FloatTensor tensor) {
        return Doubles.read(tensor, "tensor");
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
