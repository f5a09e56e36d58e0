package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.cudnn.fake.FakeCuda;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Inference as CUDA graphs: the same bits, one launch, and never stale. */
@Tag("gpu")
class CudnnGraphTest {
    private static final int T = 4;
    private static final int N = 3;
    private static final int[] LENGTHS = {4, 0, 2};

    @BeforeEach
    void requireTarget() {
        Target.CUDNN.require();
    }

    private static Lstm lstm(boolean graphs) {
        return Target.CUDNN.on(Lstm.builder(5, 6)).layers(2).cudnnGraphs(graphs).build();
    }

    /** A layer, and the tensors of a call of it. */
    private static final class Calls implements AutoCloseable {
        final Lstm layer;
        final FloatTensor x;
        final FloatTensor y;
        final RecurrentState state;

        Calls(boolean graphs) {
            layer = lstm(graphs);
            x = layer.newInput(T, N);
            y = layer.newOutput(T, N);
            state = layer.newState(N);
            x.copyFrom(LayerRun.floats(new RandomCalls(3).x(layer.config(), T, N)));
        }

        float[] infer(int[] lengths) {
            layer.infer(x, lengths, state, y, state);
            return y.toArray();
        }

        @Override
        public void close() {
            state.close();
            y.close();
            x.close();
            layer.close();
        }
    }

    @Test
    void theBitsAreThoseOfCallsWithoutGraphs() {
        try (Calls with = new Calls(true);
                Calls without = new Calls(false)) {
            for (int i = 0; i < 5; i++) {
                assertThat(with.infer(null)).as("call %d", i).containsExactly(without.infer(null));
            }
            for (int i = 0; i < 5; i++) {
                assertThat(with.infer(LENGTHS)).as("call %d with lengths", i).containsExactly(without.infer(LENGTHS));
            }
            assertThat(with.infer(new int[] {1, 2, 3})).containsExactly(without.infer(new int[] {1, 2, 3}));
            assertThat(with.state.c().toArray())
                    .containsExactly(without.state.c().toArray());
            assertThat(with.layer.explain().toString())
                    .contains("CUDA graphs of repeated calls: 1 now, 1 captured so far");
            assertThat(without.layer.explain().toString()).contains("CUDA graphs are off (cudnnGraphs(false))");
        }
    }

    @Test
    void changedWeightsAreSeen() {
        try (Calls with = new Calls(true);
                Calls without = new Calls(false)) {
            for (int i = 0; i < 12; i++) {
                int version = i / 3;
                float value = 0.01f * version;
                if (i % 3 == 0) {
                    with.layer.weights().update(w -> w.all().fill(value));
                    without.layer.weights().update(w -> w.all().fill(value));
                }
                assertThat(with.infer(null)).as("call %d", i).containsExactly(without.infer(null));
            }
        }
    }

    @Test
    void otherTensorsAreSeen() {
        try (Calls with = new Calls(true);
                Calls without = new Calls(false);
                FloatTensor x = with.layer.newInput(T, N);
                FloatTensor y = with.layer.newOutput(T, N)) {
            for (int i = 0; i < 4; i++) {
                with.infer(null);
            }
            with.layer.infer(x, null, null, y, null);
            x.fill(1);
            with.layer.infer(x, null, null, y, null);
            with.layer.infer(x, null, null, y, null);
            without.x.fill(1);
            without.layer.infer(without.x, null, null, without.y, null);
            assertThat(y.toArray()).containsExactly(without.y.toArray());
        }
    }

    @Test
    void aLargerCallThatMovesWorkspacesLeavesNoStaleGraph() {
        try (Lstm with = lstm(true);
                Lstm without = lstm(false)) {
            for (int round = 0; round < 3; round++) {
                for (int n : new int[] {1, 7, 2}) {
                    try (FloatTensor x = with.newInput(T, n);
                            FloatTensor y = with.newOutput(T, n);
                            FloatTensor expected = without.newOutput(T, n)) {
                        x.fill(0.3f * n);
                        without.infer(x, null, null, expected, null);
                        for (int i = 0; i < 3; i++) {
                            with.infer(x, null, null, y, null);
                            assertThat(y.toArray()).containsExactly(expected.toArray());
                        }
                    }
                }
            }
        }
    }

    private static List<String> calls(Runnable work) {
        long before = FakeCuda.callCount();
        work.run();
        List<String> names = new ArrayList<>();
        for (long i = before + 1; i <= FakeCuda.callCount(); i++) {
            names.add(FakeCuda.callName(i));
        }
        return names;
    }

    @Test
    @Tag("fakecuda")
    void aStatefulStepIsOneLaunch() {
        Assumptions.assumeTrue(FakeCuda.present(), "skipped: counts the calls of the stand-in");
        try (LstmCell cell = LstmCell.create(Target.CUDNN.on(Lstm.builder(5, 6)));
                FloatTensor x = cell.newInput(1);
                FloatTensor y = cell.newOutput(1);
                CellState state = cell.zeroState(1)) {
            cell.step(x, state, y, state);
            cell.step(x, state, y, state);
            assertThat(calls(() -> cell.step(x, state, y, state))).containsExactly("cudaSetDevice", "cudaGraphLaunch");
        }
    }

    @Test
    @Tag("fakecuda")
    void aCaptureThatFailsLeavesTheCallAsItWas() {
        Assumptions.assumeTrue(FakeCuda.present(), "skipped: fails calls of the stand-in");
        List<String> capturing;
        try (Calls with = new Calls(true)) {
            with.infer(null);
            capturing = calls(() -> with.layer.infer(with.x, null, with.state, with.y, with.state));
        }
        int begin = capturing.indexOf("cudaStreamBeginCapture");
        int end = capturing.indexOf("cudaGraphInstantiate");
        assertThat(begin).isPositive();
        for (int n = begin + 1; n <= end + 1; n++) {
            try (Calls with = new Calls(true);
                    Calls without = new Calls(false)) {
                assertThat(with.infer(null)).containsExactly(without.infer(null));
                FakeCuda.failCall(n);
                with.layer.infer(with.x, null, with.state, with.y, with.state);
                String failed = FakeCuda.failedCall();
                FakeCuda.failCall(0);
                assertThat(failed).isEqualTo(capturing.get(n - 1));
                assertThat(with.y.toArray()).as("when %s fails", failed).containsExactly(without.infer(null));
                assertThat(with.infer(null)).containsExactly(without.infer(null));
                if (!failed.equals("cudnnSetStream")) { // which is tried once more
                    assertThat(with.layer.explain().toString())
                            .contains("no CUDA graphs: a capture failed")
                            .contains(failed);
                }
            }
        }
    }
}
