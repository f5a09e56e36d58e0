package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.GoldenCase;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.OracleCases;
import io.github.fusedrnn.testing.Target;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Dropout between layers: a function of seed and call number, the same on every backend, in training only. */
abstract class DropoutContract extends Contract {
    private static final int T = 5;
    private static final int N = 4;
    private static final float P = 0.4f;

    DropoutContract(Target target) {
        super(target);
    }

    /** Two layers of rectifiers without recurrence: of what is not negative the second layer's output is the first's, masked. */
    private static RecurrentConfig see(float p) {
        return RecurrentConfig.rnn(9, 9)
                .layers(2)
                .bias(false)
                .dropout(p)
                .activations(Activation.RELU)
                .build();
    }

    private static double[] identityWeights() {
        double[] weights = new double[2 * 2 * 81];
        for (int i = 0; i < 9; i++) {
            weights[i * 10] = 1; // weight_ih_l0
            weights[162 + i * 10] = 1; // weight_ih_l1
        }
        return weights;
    }

    private float[] mask(Target on, long seed, long call) {
        try (RecurrentLayer layer = on.layer(see(P), identityWeights(), 1, seed);
                FloatTensor x = layer.newInput(T, N);
                FloatTensor y = layer.newOutput(T, N)) {
            x.fill(1);
            layer.forward(x, null, null, y, null, call).close();
            return y.toArray();
        }
    }

    @Test
    void theMaskIsThatOfTheReference() {
        for (long seed : new long[] {0, 1, -7, Long.MAX_VALUE}) {
            for (long call : new long[] {0, 1, 1L << 40}) {
                assertThat(mask(target(), seed, call))
                        .as("seed %d, call %d", seed, call)
                        .containsExactly(mask(Target.REFERENCE, seed, call));
            }
        }
    }

    @Test
    void keepsTheShareAndScalesWhatIsKept() {
        float kept = (float) (1 / (1 - (double) P));
        Map<Float, Integer> counts = new HashMap<>();
        for (int call = 0; call < 20; call++) {
            for (float value : mask(target(), 1, call)) {
                counts.merge(value, 1, Integer::sum);
            }
        }
        assertThat(counts.keySet()).containsExactlyInAnyOrder(0f, kept);
        // 3,600 draws with p = 0.4: standard deviation 29; five of them
        assertThat(counts.get(0f)).isBetween(1440 - 147, 1440 + 147);
    }

    @Test
    void seedAndCallNumberBothMatter() {
        float[] first = mask(target(), 1, 1);
        assertThat(mask(target(), 1, 1)).containsExactly(first);
        assertThat(mask(target(), 2, 1)).isNotEqualTo(first);
        assertThat(mask(target(), 1, 2)).isNotEqualTo(first);
    }

    @Test
    void callNumbersCountUpAndCanBeSet() {
        try (RecurrentLayer layer = target().layer(see(P), identityWeights(), 1, 5);
                FloatTensor x = layer.newInput(T, N);
                FloatTensor y = layer.newOutput(T, N)) {
            x.fill(1);
            layer.setDropoutCalls(7);
            try (Tape tape = layer.forward(x, null, null, y, null)) {
                assertThat(tape.dropoutCall()).isEqualTo(7);
            }
            assertThat(y.toArray()).containsExactly(mask(target(), 5, 7));
            assertThat(layer.dropoutCalls()).isEqualTo(8);
            assertThat(layer.dropoutSeed()).isEqualTo(5);
        }
    }

    @Test
    void inferenceDropsNothing() {
        try (RecurrentLayer layer = target().layer(see(P), identityWeights(), 1, 5);
                FloatTensor x = layer.newInput(T, N)) {
            x.fill(1);
            try (RecurrentOutput output = layer.infer(x)) {
                assertThat(output.y().toArray()).containsOnly(1);
            }
        }
    }

    @Test
    void whatWasDroppedForwardGetsNoGradient() {
        RecurrentConfig config = see(P);
        GoldenCase c = OracleCases.of("dropout", config, T, N, false, 1, 5, 7);
        double[] positive = Arrays.stream(c.x()).map(Math::abs).toArray();
        GoldenCase plain = new GoldenCase(
                c.name(), config, T, N, null, identityWeights(), positive, null, null, c.dy(), null, null, Map.of());
        float[] mask = mask(target(), 5, 7);
        try (RecurrentLayer layer = target().layer(config, identityWeights(), 1, 5)) {
            double[] dx = LayerRun.train(layer, plain, 7).get("grad.input");
            for (int i = 0; i < dx.length; i++) {
                assertThat(dx[i]).isEqualTo((double) (float) (mask[i] * c.dy()[i]));
            }
        }
    }
}
