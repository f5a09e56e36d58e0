package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.internal.natives.NativeStorage;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.PlanChoices;
import io.github.fusedrnn.spi.PlanSize;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.Target;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every schedule that a measurement may choose gives, to the bit, what the schedule by rule gives. */
class EqualBitsAcrossSchedulesTest {
    private static final int C = 19;
    private static final int H = 70;
    private static final int THREADS = 2;

    @BeforeEach
    void requireCpu() {
        Target.CPU_PLAIN.require();
    }

    private static RecurrentConfig config(CellKind cell, int layers, Direction direction) {
        RecurrentBuilder<?> builder =
                switch (cell) {
                    case RNN -> Rnn.builder(C, H);
                    case LSTM -> Lstm.builder(C, H);
                    case GRU -> Gru.builder(C, H);
                };
        try (RecurrentLayer layer = builder.layers(layers).direction(direction).build()) {
            return layer.config();
        }
    }

    /** Always the one. */
    private record Fixed(String choice) implements PlanChoices {
        @Override
        public MeasuredChoice find(String plan) {
            return new MeasuredChoice(choice, 1, 1, "given");
        }

        @Override
        public boolean measuring() {
            return false;
        }

        @Override
        public void keep(String plan, MeasuredChoice measured) {
            throw new AssertionError("nothing was measured");
        }
    }

    @ParameterizedTest
    @EnumSource
    void inferenceAndTraining(CellKind cell) {
        // More rows than one chunk of the input product has; every schedule has something to share out.
        int[] lengths = {3, 30, 0, 17, 29};
        for (RecurrentConfig config :
                List.of(config(cell, 1, Direction.FORWARD), config(cell, 2, Direction.BIDIRECTIONAL))) {
            for (Products products : Products.values()) {
                if (products
                        != Products.OPENBLAS) { // its bits depend on how the work is cut, so the rule alone decides
                    compareInference(config, products, 1, 1, null);
                    compareInference(config, products, 12, 1, null);
                    compareInference(config, products, 30, 5, null);
                    compareInference(config, products, 30, 5, lengths);
                }
            }
            compareTraining(config, 30, 5, lengths);
        }
    }

    private static void compareInference(
            RecurrentConfig config, Products products, int t, int n, int @Nullable [] lengths) {
        PlanSize size = new PlanSize(t, n, THREADS, false);
        CpuEngine byRule = engine(config, products, PlanChoices.RULE);
        try (Memory memory = new Memory(config, t, n)) {
            List<float[]> expected = infer(byRule, memory, lengths);
            for (String schedule : byRule.candidates(size)) {
                List<float[]> actual = infer(engine(config, products, new Fixed(schedule)), memory, lengths);
                same(actual, expected, schedule + " for " + size + ", " + products);
            }
        }
    }

    private static void compareTraining(RecurrentConfig config, int t, int n, int @Nullable [] lengths) {
        PlanSize size = new PlanSize(t, n, THREADS, true);
        CpuEngine byRule = engine(config, Products.PACKED, PlanChoices.RULE);
        try (Memory memory = new Memory(config, t, n)) {
            List<float[]> expected = train(byRule, memory, lengths);
            for (String schedule : byRule.candidates(size)) {
                List<float[]> actual = train(engine(config, Products.PACKED, new Fixed(schedule)), memory, lengths);
                same(actual, expected, schedule + " for " + size);
            }
        }
    }

    private static CpuEngine engine(RecurrentConfig config, Products products, PlanChoices choices) {
        return new CpuEngine(config, Isa.best(), products, choices);
    }

    private static void same(List<float[]> actual, List<float[]> expected, String what) {
        for (int i = 0; i < expected.size(); i++) {
            Comparison.same(what, actual.get(i), expected.get(i));
        }
    }

    /** Canonical weights, x, y, dy and gradients, drawn once. */
    private static final class Memory implements AutoCloseable {
        final int t;
        final int n;
        final long parameters;
        final NativeStorage weights;
        final FloatTensor x;
        final FloatTensor y;
        final FloatTensor dy;
        final FloatTensor dx;
        final FloatTensor dWeights;

        Memory(RecurrentConfig config, int t, int n) {
            this.t = t;
            this.n = n;
            parameters = WeightLayout.of(config).size();
            weights = NativeStorage.allocate(parameters, "weights");
            Random random = new Random(t * 31L + n);
            draw(TensorAccess.view(weights, 0, parameters), random, 0.2f);
            x = FloatTensor.allocate(BackendKind.CPU, t, n, config.inputSize());
            draw(x, random, 1);
            y = FloatTensor.allocate(BackendKind.CPU, t, n, config.outputSize());
            dy = FloatTensor.allocate(BackendKind.CPU, t, n, config.outputSize());
            draw(dy, random, 1);
            dx = FloatTensor.allocate(BackendKind.CPU, t, n, config.inputSize());
            dWeights = FloatTensor.allocate(BackendKind.CPU, parameters);
        }

        private static void draw(FloatTensor tensor, Random random, float bound) {
            float[] values = new float[(int) tensor.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (random.nextFloat() * 2 - 1) * bound;
            }
            tensor.copyFrom(values);
        }

        @Override
        public void close() {
            weights.close();
            x.close();
            y.close();
            dy.close();
            dx.close();
            dWeights.close();
        }
    }

    private static List<float[]> infer(CpuEngine engine, Memory memory, int @Nullable [] lengths) {
        memory.y.fill(Float.NaN);
        try (PackedWeights packed = engine.pack(memory.weights, false);
                Plan plan = engine.plan(memory.t, memory.n, THREADS, false, packed)) {
            plan.infer(packed, memory.t, memory.n, lengths, memory.x, null, memory.y, null);
        }
        return List.of(memory.y.toArray());
    }

    private static List<float[]> train(CpuEngine engine, Memory memory, int @Nullable [] lengths) {
        memory.y.fill(Float.NaN);
        memory.dWeights.fill(0);
        try (PackedWeights packed = engine.pack(memory.weights, true);
                Reserve reserve = engine.reserve(memory.t, memory.n);
                Plan plan = engine.plan(memory.t, memory.n, THREADS, true, packed)) {
            TrainingCall call =
                    new TrainingCall(memory.t, memory.n, lengths, memory.x, null, memory.y, null, 0, 0, reserve);
            plan.forward(packed, call);
            plan.backward(
                    packed,
                    call,
                    new UpstreamGradients(memory.dy, null),
                    new InputGradients(memory.dx, null, memory.dWeights));
        }
        List<float[]> results = new ArrayList<>();
        results.add(memory.y.toArray());
        results.add(memory.dx.toArray());
        results.add(memory.dWeights.toArray());
        return results;
    }
}
