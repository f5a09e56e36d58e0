package io.github.fusedrnn.examples.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.ParameterBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StateNetworkTest {
    private static final BackendKind BACKEND = BackendKind.REFERENCE;
    private static final float STEP = 0x1p-7f;

    private static float[][] inputs(int steps, int width, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] x = new float[steps][width];
        for (float[] row : x) {
            for (int i = 0; i < width; i++) {
                row[i] = (float) random.nextDouble(-1, 1);
            }
        }
        return x;
    }

    static Stream<Function<BackendKind, StateNetwork>> networks() {
        return Stream.of(
                backend -> new JordanNetwork(2, 4, 3, backend, 1),
                backend -> new FullyRecurrentNetwork(2, 4, Activation.SIGMOID, backend, 1),
                backend -> new ContinuousTimeRnn(2, 4, 0.3f, backend, 1),
                backend -> new HierarchicalRnn(2, 3, 2, 2, backend, 1),
                backend -> new RecurrentMultilayerPerceptron(2, new int[] {3, 4, 2}, backend, 1),
                backend -> new SecondOrderRnn(2, 3, backend, 1),
                backend -> new SequentialCascadedNetwork(2, 3, backend, 1));
    }

    /**
     * Central differences of a float32 loss: it is known to 1e-7, so with a step h of 2⁻⁷ differences to 1e-5; what they leave out is h²/6 = 1e-5
     * times a third derivative, of order ten where three levels of tanh follow one another.
     */
    @ParameterizedTest
    @MethodSource("networks")
    void gradientsThroughTimeAreThoseOfCentralDifferences(Function<BackendKind, StateNetwork> kind) {
        for (BackendKind backend : new BackendKind[] {BackendKind.REFERENCE, BackendKind.CPU}) {
            try (StateNetwork network = kind.apply(backend)) {
                float[][] x = inputs(5, network.inputSize(), 2);
                float[][] targets = {null, {0.7f}, null, null, {-0.2f, 0.4f}};
                network.parameters().zeroGradients();
                Unrolled.lossAndGradients(network, x, targets);
                Map<String, float[]> analytic = new LinkedHashMap<>();
                network.parameters()
                        .blocks()
                        .forEach((name, block) ->
                                analytic.put(name, block.gradients().toArray()));
                network.parameters().blocks().forEach((name, block) -> {
                    float[] numeric = new float[(int) block.size()];
                    for (int i = 0; i < numeric.length; i++) {
                        float up = lossAfter(network, block, i, STEP, x, targets);
                        float down = lossAfter(network, block, i, -STEP, x, targets);
                        numeric[i] = (up - down) / (2 * STEP);
                    }
                    assertThat(analytic.get(name)).containsExactly(numeric, within(2e-4f));
                    assertThat(analytic.get(name)).as("something to learn").isNotEqualTo(new float[numeric.length]);
                });
            }
        }
    }

    private static float lossAfter(
            StateNetwork network, ParameterBlock block, int at, float change, float[][] x, float[][] targets) {
        block.update(w -> w.set(at, w.get(at) + change));
        double loss = Unrolled.lossAndGradients(network, x, targets);
        block.update(w -> w.set(at, w.get(at) - change));
        return (float) loss;
    }

    /** Its past is what it said last, and nothing else. */
    @Test
    void aJordanNetworkKnowsOnlyItsLastOutput() {
        try (StateNetwork network = new JordanNetwork(2, 4, 3, BACKEND, 1);
                FloatTensor x = FloatTensor.allocate(BACKEND, 1, 2);
                FloatTensor said = FloatTensor.allocate(BACKEND, 1, 3);
                FloatTensor next = FloatTensor.allocate(BACKEND, 1, 3)) {
            float[][] history = inputs(6, 2, 3);
            float[][] outputs = Unrolled.states(network, history);
            said.copyFrom(outputs[4]);
            x.copyFrom(history[5]);
            network.step(x, said, next).close();
            assertThat(next.toArray()).isEqualTo(outputs[5]);
        }
    }

    @Test
    void aFullyRecurrentNetworkIsALayerWhoseUnitsAreItsOutput() {
        try (StateNetwork network = new FullyRecurrentNetwork(2, 4, Activation.SIGMOID, BACKEND, 7);
                Rnn layer = Rnn.builder(2, 4)
                        .activation(Activation.SIGMOID)
                        .backend(BACKEND)
                        .seed(7)
                        .build()) {
            float[][] x = inputs(5, 2, 4);
            assertClose(Unrolled.states(network, x), run(layer, x));
        }
    }

    private static float[][] run(Rnn layer, float[][] x) {
        float[][] states = new float[x.length][];
        try (FloatTensor in = layer.newInput(x.length, 1);
                FloatTensor out = layer.newOutput(x.length, 1);
                RecurrentState state = layer.newState(1)) {
            for (int t = 0; t < x.length; t++) {
                in.slice(t, 1).copyFrom(x[t]);
            }
            layer.infer(in, null, state, out, state);
            for (int t = 0; t < x.length; t++) {
                states[t] = out.slice(t, 1).toArray();
            }
        }
        return states;
    }

    @Test
    void aContinuousTimeNetworkOfWholeStepsIsThePlainOne() {
        try (StateNetwork network = new ContinuousTimeRnn(2, 4, 1, BACKEND, 7);
                Rnn layer = Rnn.builder(2, 4).backend(BACKEND).seed(7).build()) {
            float[][] x = inputs(5, 2, 4);
            assertClose(Unrolled.states(network, x), run(layer, x));
        }
    }

    /** A few roundings to float32 apart: the reference computes in float64 within a call, and a step is a call. */
    private static void assertClose(float[][] actual, float[][] expected) {
        for (int t = 0; t < expected.length; t++) {
            assertThat(actual[t]).containsExactly(expected[t], within(1e-6f));
        }
    }

    /** Euler's rule is of first order: half the step, half the distance to the solution, here that of steps 64 times smaller. */
    @Test
    void aContinuousTimeNetworkNearsItsDifferentialEquation() {
        float[] exact = afterOneTau(1024);
        double coarse = distance(afterOneTau(8), exact);
        double fine = distance(afterOneTau(16), exact);
        assertThat(coarse / fine).isBetween(1.8, 2.2);
    }

    private static float[] afterOneTau(int steps) {
        try (StateNetwork network = new ContinuousTimeRnn(2, 4, 1f / steps, BACKEND, 7)) {
            float[][] x = new float[steps][];
            Arrays.fill(x, new float[] {1, -0.5f});
            return Unrolled.states(network, x)[steps - 1];
        }
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void theUpperLevelOfAHierarchyMovesAtEveryKthStepOnly() {
        int upper = 2;
        int period = 3;
        try (StateNetwork network = new HierarchicalRnn(2, 4, upper, period, BACKEND, 1)) {
            float[][] states = Unrolled.states(network, inputs(10, 2, 5));
            List<float[]> tops = new ArrayList<>();
            for (float[] state : states) {
                tops.add(Arrays.copyOf(state, upper));
            }
            for (int t = 1; t < tops.size(); t++) {
                boolean moves = (t + 1) % period == 0;
                assertThat(Arrays.equals(tops.get(t), tops.get(t - 1)))
                        .as("still at step %d", t + 1)
                        .isEqualTo(!moves);
            }
        }
    }

    @Test
    void aRecurrentPerceptronIsAStackOfLayers() {
        try (StateNetwork network = new RecurrentMultilayerPerceptron(2, new int[] {3, 4}, BACKEND, 9);
                Rnn lower = Rnn.builder(2, 3).backend(BACKEND).seed(9).build();
                Rnn upper = Rnn.builder(3, 4).backend(BACKEND).seed(10).build()) {
            float[][] x = inputs(6, 2, 6);
            float[][] below = run(lower, x);
            float[][] above = run(upper, below);
            float[][] expected = new float[x.length][];
            for (int t = 0; t < x.length; t++) {
                expected[t] = Arrays.copyOf(above[t], 7);
                System.arraycopy(below[t], 0, expected[t], 4, 3);
            }
            assertClose(Unrolled.states(network, x), expected);
        }
    }

    /** What the function network computes is one dense layer, whose weights differ with the state. */
    @Test
    void theContextOfACascadeSetsTheWeightsOfItsFunction() {
        try (SequentialCascadedNetwork network = new SequentialCascadedNetwork(2, 3, BACKEND, 1);
                FloatTensor x = FloatTensor.allocate(BACKEND, 1, 2).copyFrom(new float[] {0.3f, -0.8f});
                FloatTensor state = FloatTensor.allocate(BACKEND, 1, 3);
                FloatTensor next = FloatTensor.allocate(BACKEND, 1, 3)) {
            float[] first = null;
            for (float fill : new float[] {0.5f, 0.9f}) {
                state.fill(fill);
                network.step(x, state, next).close();
                try (FloatTensor weights = network.functionWeights(state)) {
                    float[] w = weights.toArray();
                    for (int i = 0; i < 3; i++) {
                        double z = w[3 * i] * 0.3 - w[3 * i + 1] * 0.8 + w[3 * i + 2];
                        assertThat((double) next.get(i)).isCloseTo(1 / (1 + Math.exp(-z)), within(1e-6));
                    }
                    assertThat(w).isNotEqualTo(first);
                    first = w;
                }
            }
        }
    }

    /** With symbols one-hot a state has one successor for each: the product with that symbol's matrix. */
    @Test
    void aSymbolPicksTheTransitionsOfASecondOrderNetwork() {
        try (SecondOrderRnn network = new SecondOrderRnn(2, 3, BACKEND, 1);
                FloatTensor x = FloatTensor.allocate(BACKEND, 1, 2);
                FloatTensor state = FloatTensor.allocate(BACKEND, 1, 3).copyFrom(new float[] {0.1f, 0.6f, 0.9f});
                FloatTensor next = FloatTensor.allocate(BACKEND, 1, 3)) {
            float[] w = network.parameters()
                    .blocks()
                    .get("transitions")
                    .read(network.parameters()
                            .blocks()
                            .get("transitions")
                            .entries()
                            .get(0));
            for (int symbol = 0; symbol < 2; symbol++) {
                x.fill(0);
                x.set(symbol, 1);
                network.step(x, state, next).close();
                for (int i = 0; i < 3; i++) {
                    double z = 0;
                    for (int j = 0; j < 3; j++) {
                        z += w[(symbol * 3 + i) * 3 + j] * state.get(j);
                    }
                    assertThat((double) next.get(i)).isCloseTo(1 / (1 + Math.exp(-z)), within(1e-6));
                }
            }
        }
    }

    /** Taught on strings of up to five symbols, it answers strings twice as long. */
    @Test
    void recognizersLearnARegularLanguage() {
        List<StateNetwork> recognizers = List.of(
                new SecondOrderRnn(2, 3, BackendKind.CPU, 1), new SequentialCascadedNetwork(2, 3, BackendKind.CPU, 1));
        for (StateNetwork network : recognizers) {
            try (network) {
                assertThat(RegularLanguage.EVEN_ONES.accuracy(network, 10, 200, 3))
                        .isLessThan(0.9);
                assertThat(RegularLanguage.EVEN_ONES.train(network, 300, 1)).isPositive();
                assertThat(RegularLanguage.EVEN_ONES.accuracy(network, 10, 200, 3))
                        .isEqualTo(1);
            }
        }
    }
}
