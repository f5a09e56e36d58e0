package io.github.fusedrnn.cudnn.fake;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every call of CUDA, cuBLAS and cuDNN fails once: the exception names it, nothing leaks, and existing objects keep working. */
@Tag("fakecuda")
class InjectionTest {
    private static final int T = 3;
    private static final int N = 2;
    private static final int[] LENGTHS = {2, 0};

    /** More calls than a scenario makes: one that never completes is a failure as well. */
    private static final int MOST_CALLS = 5000;

    /** Runs after which no more lasting objects are created. */
    private static final int WARM_UP = 4;

    /** A failed release is not reported, because nobody could handle it; the object must be released all the same. */
    private static final Set<String> RELEASES = Set.of(
            "cudaFree",
            "cudaFreeHost",
            "cudaStreamDestroy",
            "cudaEventDestroy",
            "cudaGraphDestroy",
            "cudaGraphExecDestroy",
            "cublasDestroy_v2",
            "cudnnDestroy",
            "cudnnDestroyDropoutDescriptor",
            "cudnnDestroyRNNDataDescriptor",
            "cudnnDestroyRNNDescriptor",
            "cudnnDestroyTensorDescriptor");

    /** A graph only saves time: without it the result is the same, and explain() says why there is none. */
    private static final Set<String> GRAPHS = Set.of(
            "cudaStreamCreateWithFlags",
            "cudnnSetStream",
            "cudaStreamBeginCapture",
            "cudaStreamEndCapture",
            "cudaGraphInstantiate");

    private static final Map<String, Supplier<? extends RecurrentBuilder<?>>> LAYERS = Map.of(
            "a plain GRU",
            () -> Gru.builder(3, 4),
            "an LSTM with our dropout between its layers",
            () -> Lstm.builder(3, 4).layers(2).dropout(0.5f),
            "an LSTM with projection in both directions",
            () -> Lstm.builder(3, 4).projection(2).bidirectional(),
            "an RNN of the algorithm for small layers",
            () -> Rnn.builder(3, 4).cudnnAlgorithm("smallh"));

    private final Backend backend = BackendRegistry.open(BackendKind.CUDNN);

    static Set<String> layers() {
        return new TreeSet<>(LAYERS.keySet());
    }

    private static RecurrentLayer build(String name) {
        return LAYERS.get(name).get().backend(BackendKind.CUDNN).build();
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aLifeOfALayerThatFails(String name) {
        failEveryCall(() -> {
            try (RecurrentLayer layer = build(name)) {
                return use(layer);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aLayerWorksOnAfterAFailure(String name) {
        try (RecurrentLayer layer = build(name)) {
            use(layer);
        }
        String living = living();
        long bytes = backend.liveBytes();
        try (RecurrentLayer layer = build(name)) {
            failEveryCall(
                    () -> use(layer), false); // what it keeps from call to call, graphs too, depends on what failed
        }
        assertThat(living()).isEqualTo(living);
        assertThat(backend.liveBytes()).isEqualTo(bytes);
    }

    /** cuDNN's masks differ in each run, and so do the results of training. */
    @Test
    void aLifeOfALayerWithDropoutOfCudnn() {
        failEveryCall(() -> {
            try (RecurrentLayer layer = Lstm.builder(3, 4)
                    .layers(2)
                    .dropout(0.5f)
                    .cudnnDropout(true)
                    .backend(BackendKind.CUDNN)
                    .build()) {
                return use(layer).subList(0, 2);
            }
        });
    }

    @Test
    void denseOperations() {
        failEveryCall(() -> {
            DenseOps dense = backend.dense();
            try (FloatTensor a = FloatTensor.allocate(backend, 4, 4);
                    FloatTensor b = FloatTensor.allocate(backend, 4, 4)) {
                a.copyFrom(values(16));
                b.fill(0);
                dense.gemm(false, true, 4, 4, 4, 1, a, a, 0, b);
                dense.softmaxCrossEntropy(b, new int[] {0, 1, 2, 3}, -1, 0.25f, b);
                dense.axpy(0.5f, b, a);
                return List.of(a.toArray(), b.toArray(), new float[] {(float) dense.sumOfSquares(a)});
            }
        });
    }

    /** Inference, a session of one step that becomes a graph, training, and new weights. */
    private static List<float[]> use(RecurrentLayer layer) {
        layer.setDropoutCalls(0);
        layer.weights().update(view -> view.all().copyFrom(values(view.all().size())));
        List<float[]> results = new ArrayList<>();
        try (FloatTensor x = layer.newInput(T, N);
                FloatTensor y = layer.newOutput(T, N);
                FloatTensor dx = layer.newInput(T, N);
                RecurrentState state = layer.newState(N);
                RecurrentState dState = layer.newState(N);
                Gradients gradients = layer.newGradients()) {
            x.copyFrom(values(x.size()));
            layer.infer(x, LENGTHS, state, y, state);
            results.add(y.toArray());
            step(layer, results);
            try (Tape tape = layer.forward(x, LENGTHS, state, y, null)) {
                tape.backward(y, state, dx, dState, gradients);
            }
            results.add(y.toArray());
            results.add(dx.toArray());
            results.add(dState.h().toArray());
            results.add(gradients.all().toArray());
            layer.weights().update(view -> view.all().fill(0.1f));
            layer.infer(x, null, null, y, null);
            results.add(y.toArray());
        }
        return results;
    }

    private static void step(RecurrentLayer layer, List<float[]> results) {
        try (FloatTensor x = layer.newInput(1, N);
                FloatTensor y = layer.newOutput(1, N);
                RecurrentState state = layer.newState(N);
                Session session = layer.session(1, N, 1)) {
            x.copyFrom(values(x.size()));
            for (int i = 0; i < 3; i++) {
                session.infer(x, null, state, y, state);
            }
            results.add(y.toArray());
        }
    }

    private static float[] values(long size) {
        float[] values = new float[Math.toIntExact(size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i + 1);
        }
        return values;
    }

    private void failEveryCall(Supplier<List<float[]>> scenario) {
        failEveryCall(scenario, true);
    }

    private void failEveryCall(Supplier<List<float[]>> scenario, boolean leavesNothing) {
        List<float[]> expected = List.of();
        String living;
        do {
            living = living();
            for (int i = 0; i < WARM_UP; i++) {
                expected = scenario.get();
            }
        } while (!living.equals(living())); // what is made once per process or layer is there from now on
        long bytes = backend.liveBytes();
        Set<String> failed = new TreeSet<>();
        for (int n = 1; ; n++) {
            assertThat(n).as("calls of the scenario").isLessThan(MOST_CALLS);
            long at = FakeCuda.callCount() + n;
            FakeCuda.failCall(n);
            Outcome outcome = Outcome.of(scenario);
            String call = FakeCuda.failedCall();
            FakeCuda.failCall(0);
            if (call.isEmpty()) {
                break;
            }
            failed.add(call);
            String what = "call " + n + ", " + call;
            FusedRnnException thrown = outcome.thrown();
            if (thrown != null) {
                assertThat(thrown)
                        .as(what)
                        .hasMessageContainingAll(call + " failed: ", "(status " + thrown.code() + ")");
                assertThat(thrown.code()).as(what).isPositive();
            } else {
                assertThat(RELEASES.contains(call) || makesGraph(at))
                        .as(what + " failed without an exception")
                        .isTrue();
                assertSame(what, outcome.results(), expected);
            }
            assertSame(what, scenario.get(), expected);
            if (leavesNothing) {
                assertThat(living()).as("living after " + what).isEqualTo(living);
                assertThat(backend.liveBytes()).as("live bytes after " + what).isEqualTo(bytes);
            }
        }
        assertThat(failed).isNotEmpty();
    }

    /** Whether a call belongs to the capture of a graph, without which its calls run one by one. */
    private static boolean makesGraph(long call) {
        if (GRAPHS.contains(FakeCuda.callName(call))) {
            return true;
        }
        for (long i = call; i > 0; i--) {
            String name = FakeCuda.callName(i);
            if (name.equals("cudaStreamBeginCapture") || name.equals("cudaStreamEndCapture")) {
                return name.equals("cudaStreamBeginCapture");
            }
        }
        return false;
    }

    private record Outcome(List<float[]> results, @Nullable FusedRnnException thrown) {
        static Outcome of(Supplier<List<float[]>> scenario) {
            try {
                return new Outcome(scenario.get(), null);
            } catch (FusedRnnException e) {
                return new Outcome(List.of(), e);
            }
        }
    }

    private static void assertSame(String what, List<float[]> actual, List<float[]> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).as("result " + i + " after " + what).isEqualTo(expected.get(i));
        }
    }

    /** Without memory, which the pool keeps and counts itself. */
    private static String living() {
        return Arrays.stream(FakeCuda.living().split("\n"))
                .filter(line -> !line.contains("memory"))
                .collect(Collectors.joining("\n"));
    }
}
