package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many threads on one layer: the same bits, whole versions of the weights, and loud refusals. */
@Tag("stress")
abstract class ThreadContract extends Contract {
    private static final int THREADS = 8;
    private static final int T = 5;
    private static final int N = 3;

    ThreadContract(Target target) {
        super(target);
    }

    private Lstm layer(int maxPlans) {
        return target().on(Lstm.builder(7, 17))
                .layers(2)
                .bidirectional()
                .maxPlans(maxPlans)
                .seed(4)
                .build();
    }

    private static <R> void together(int threads, Callable<R> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<R>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            for (Future<R> each : running) {
                each.get(60, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void eightThreadsGetTheBitsOfOne() throws Exception {
        for (int maxPlans : new int[] {2, 16}) {
            try (Lstm layer = layer(maxPlans);
                    FloatTensor x = layer.newInput(T, N)) {
                x.copyFrom(LayerRun.floats(new RandomCalls(1).uniform(x.size(), 1)));
                int[] lengths = {5, 0, 3};
                float[] expected;
                try (RecurrentOutput output = layer.infer(x, lengths, null)) {
                    expected = output.y().toArray();
                }
                together(THREADS, () -> {
                    try (FloatTensor y = layer.newOutput(T, N);
                            RecurrentState state = layer.newState(N)) {
                        for (int i = 0; i < 50; i++) {
                            y.fill(Float.NaN);
                            layer.infer(x, lengths, null, y, state);
                            Comparison.same("y", y.toArray(), expected);
                        }
                    }
                    return null;
                });
                assertThat(layer.explain().plans()).hasSizeBetween(1, maxPlans);
            }
        }
    }

    @Test
    void eightThreadsTrainWithTheirOwnGradients() throws Exception {
        try (Lstm layer = layer(4);
                FloatTensor x = layer.newInput(T, N)) {
            x.copyFrom(LayerRun.floats(new RandomCalls(1).uniform(x.size(), 1)));
            AtomicReference<float[]> first = new AtomicReference<>();
            together(THREADS, () -> {
                try (FloatTensor y = layer.newOutput(T, N);
                        Gradients gradients = layer.newGradients()) {
                    for (int i = 0; i < 10; i++) {
                        gradients.zero();
                        try (Tape tape = layer.forward(x, null, null, y, null, 0)) {
                            tape.backward(y, null, null, null, gradients);
                        }
                        float[] now = gradients.all().toArray();
                        float[] expected = first.updateAndGet(old -> old == null ? now : old);
                        Comparison.same("gradients", now, expected);
                    }
                }
                return null;
            });
        }
    }

    /** All weights equal to one value: the output tells which. */
    private static Map<String, float[]> all(RecurrentLayer layer, float value) {
        Map<String, float[]> values = new LinkedHashMap<>();
        layer.weights().toMap().forEach((name, old) -> {
            float[] filled = new float[old.length];
            Arrays.fill(filled, value);
            values.put(name, filled);
        });
        return values;
    }

    private float[] outputWith(Lstm layer, FloatTensor x, float value) {
        layer.replaceWeights(all(layer, value));
        try (RecurrentOutput output = layer.infer(x)) {
            return output.y().toArray();
        }
    }

    @Test
    void callsSeeTheOldWeightsOrTheNewOnes() throws Exception {
        for (boolean inPlace : new boolean[] {true, false}) {
            try (Lstm layer = layer(4);
                    FloatTensor x = layer.newInput(T, N)) {
                x.fill(0.5f);
                float[] a = outputWith(layer, x, 0.1f);
                float[] b = outputWith(layer, x, -0.2f);
                Map<String, float[]> valuesA = all(layer, 0.1f);
                Map<String, float[]> valuesB = all(layer, -0.2f);
                AtomicBoolean stop = new AtomicBoolean();
                Thread writer = new Thread(() -> {
                    for (int i = 0; !stop.get(); i++) {
                        boolean first = i % 2 == 0;
                        if (inPlace) {
                            layer.weights().update(w -> layer.weights().names().forEach(name -> w.get(name)
                                    .fill(first ? 0.1f : -0.2f)));
                        } else {
                            layer.replaceWeights(first ? valuesA : valuesB);
                        }
                    }
                });
                writer.start();
                try {
                    together(3, () -> {
                        try (FloatTensor y = layer.newOutput(T, N)) {
                            for (int i = 0; i < 300; i++) {
                                layer.infer(x, null, null, y, null);
                                float[] now = y.toArray();
                                assertThat(Arrays.equals(now, a) || Arrays.equals(now, b))
                                        .as(
                                                "call %d, in place %s: neither the old weights' output nor the new ones', but %s",
                                                i, inPlace, now)
                                        .isTrue();
                            }
                        }
                        return null;
                    });
                } finally {
                    stop.set(true);
                    writer.join();
                }
            }
        }
    }

    @Test
    void aSessionRefusesASecondThread() throws Exception {
        try (Lstm layer = layer(2);
                FloatTensor x = layer.newInput(T, N);
                Session session = layer.session(T, N, 1)) {
            AtomicBoolean refused = new AtomicBoolean();
            together(2, () -> {
                try (FloatTensor y = layer.newOutput(T, N)) {
                    for (int i = 0; i < 1_000_000 && !refused.get(); i++) {
                        try {
                            session.infer(x, null, null, y, null);
                        } catch (IllegalStateException e) {
                            assertThat(e).hasMessageContaining("another thread is in a call");
                            refused.set(true);
                        }
                    }
                }
                return null;
            });
            assertThat(refused).as("a million calls of two threads never met").isTrue();
        }
    }

    @Test
    void closingWhatACallUsesFailsLoudly() throws Exception {
        try (Lstm layer = target().on(Lstm.builder(33, 33)).layers(2).build()) {
            FloatTensor x = layer.newInput(40, 20);
            FloatTensor y = layer.newOutput(40, 20);
            AtomicBoolean stop = new AtomicBoolean();
            Thread caller = new Thread(() -> {
                while (!stop.get()) {
                    layer.infer(x, null, null, y, null);
                    y.synchronize(); // a device's calls would pile up
                }
            });
            // A use is what a call holds: closing must be refused exactly while there is one.
            TensorAccess.storage(x).acquire();
            assertThatThrownBy(x::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use by a running call");
            TensorAccess.storage(x).release();
            caller.start();
            for (int i = 0; i < 200; i++) {
                assertThat(x.get(0)).isZero();
            }
            stop.set(true);
            caller.join();
            x.close();
            y.close();
            assertThat(x.isClosed()).isTrue();
        }
    }

    @Test
    void closingALayerUnderItsCallsLetsThemEndOrRefusesThem() throws Exception {
        layer(2).close();
        long before = target().backend().liveBytes();
        for (int round = 0; round < 20; round++) {
            Lstm layer = layer(2);
            try (FloatTensor x = layer.newInput(T, N)) {
                together(4, () -> {
                    try (FloatTensor y = FloatTensor.allocate(target().kind(), T, N, 34)) {
                        for (int i = 0; i < 20; i++) {
                            if (i == 10) {
                                layer.close();
                            }
                            try {
                                layer.infer(x, null, null, y, null);
                            } catch (IllegalStateException e) {
                                assertThat(e).hasMessageContaining("closed");
                            }
                        }
                    }
                    return null;
                });
            }
            assertThat(target().backend().liveBytes())
                    .as("live bytes after round %d", round)
                    .isEqualTo(before);
        }
    }
}
