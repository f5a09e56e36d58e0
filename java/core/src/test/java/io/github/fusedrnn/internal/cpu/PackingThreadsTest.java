package io.github.fusedrnn.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.internal.natives.NativeStorage;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.PlanChoices;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.Target;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights that a plan's threads have packed compute, to the bit, what those compute that one thread has packed. */
final class PackingThreadsTest {
    /** An RNN's weights, the smallest, are worth two threads with training's second copy. */
    private static final int C = 200;

    private static final int H = 300;
    private static final int T = 2;
    private static final int N = 3;

    @BeforeEach
    void requireCpu() {
        Target.CPU_PLAIN.require();
    }

    private static RecurrentConfig config(CellKind cell) {
        RecurrentBuilder<?> builder =
                switch (cell) {
                    case RNN -> Rnn.builder(C, H);
                    case LSTM -> Lstm.builder(C, H);
                    case GRU -> Gru.builder(C, H);
                };
        try (RecurrentLayer layer = builder.layers(2).build()) {
            return layer.config();
        }
    }

    @ParameterizedTest
    @EnumSource
    void threadsChangeNoBit(CellKind cell) {
        RecurrentConfig config = config(cell);
        CpuEngine engine = new CpuEngine(config, Isa.best(), Products.PACKED, PlanChoices.RULE);
        long parameters = WeightLayout.of(config).size();
        try (NativeStorage weights = NativeStorage.allocate(parameters, "weights")) {
            draw(TensorAccess.view(weights, 0, parameters), 0.1f);
            try (PackedWeights alone = engine.pack(weights, true);
                    Plan plan = engine.plan(T, N, 3, true, alone);
                    PackedWeights together = engine.pack(weights, true, plan)) {
                List<float[]> expected = train(engine, config, plan, alone);
                List<float[]> actual = train(engine, config, plan, together);
                assertThat(together.bytes()).isEqualTo(alone.bytes());
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(Arrays.equals(actual.get(i), expected.get(i)))
                            .as("result %d", i)
                            .isTrue();
                }
            }
        }
    }

    /** y, dx and the gradients of the weights. */
    private static List<float[]> train(CpuEngine engine, RecurrentConfig config, Plan plan, PackedWeights packed) {
        long parameters = WeightLayout.of(config).size();
        try (FloatTensor x = FloatTensor.allocate(BackendKind.CPU, T, N, config.inputSize());
                FloatTensor y = FloatTensor.allocate(BackendKind.CPU, T, N, config.outputSize());
                FloatTensor dx = FloatTensor.allocate(BackendKind.CPU, T, N, config.inputSize());
                FloatTensor dWeights = FloatTensor.allocate(BackendKind.CPU, parameters);
                Reserve reserve = engine.reserve(T, N)) {
            draw(x, 1);
            TrainingCall call = new TrainingCall(T, N, null, x, null, y, null, 0, 0, reserve);
            plan.forward(packed, call);
            plan.backward(packed, call, new UpstreamGradients(y, null), new InputGradients(dx, null, dWeights));
            return List.of(y.toArray(), dx.toArray(), dWeights.toArray());
        }
    }

    private static void draw(FloatTensor tensor, float bound) {
        Random random = new Random(7);
        float[] values = new float[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextFloat() * 2 - 1) * bound;
        }
        tensor.copyFrom(values);
    }
}
