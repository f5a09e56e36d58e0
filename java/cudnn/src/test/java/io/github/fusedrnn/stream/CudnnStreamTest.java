package io.github.fusedrnn.stream;

import static io.github.fusedrnn.stream.PoolCase.C;
import static io.github.fusedrnn.stream.PoolCase.H;
import static io.github.fusedrnn.stream.PoolCase.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentStream;
import io.github.fusedrnn.RecurrentStreamTest;
import io.github.fusedrnn.StreamSnapshot;
import io.github.fusedrnn.cudnn.fake.FakeCuda;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.NoGarbage;
import io.github.fusedrnn.testing.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Streams and their pool on the cuDNN backend: what every backend keeps, and that states stay on the device. */
@Tag("gpu")
class CudnnStreamTest {
    /**
     * Two backends, or two sizes of batch: other orders of the same float32 sums of at most 13 products below 1, so a few units in the last place
     * (6e-8) of a step, carried on by cells that forget and do not amplify.
     */
    private static final float TOLERANCE = 1e-5f;

    private final RecurrentStreamTest everyBackend = new RecurrentStreamTest();

    @BeforeEach
    void requireTarget() {
        Target.CUDNN.require();
    }

    private static Lstm on(Target target) {
        return target.on(Lstm.builder(C, H)).layers(2).seed(1).build();
    }

    private static void assertClose(float[] found, float[] expected, String as, Object... arguments) {
        assertThat(found).as(as, arguments).containsExactly(expected, within(TOLERANCE));
    }

    @Test
    void everyWayToCutASequenceGivesTheSameOutputs() {
        everyBackend.everyWayToCutASequenceGivesTheSameOutputs(Target.CUDNN);
    }

    @Test
    void forksAndSnapshotsGoOnFromTheSameState() {
        everyBackend.forksAndSnapshotsGoOnFromTheSameState(Target.CUDNN);
    }

    @Test
    void changedWeightsReachTheNextStep() {
        everyBackend.changedWeightsReachTheNextStep(Target.CUDNN);
    }

    @Test
    void refusesWrongCallsAndStaysAsItWas() {
        everyBackend.refusesWrongCallsAndStaysAsItWas(Target.CUDNN);
    }

    @Test
    void givesEverythingBackAndRefusesToGoOnWhenClosed() {
        everyBackend.givesEverythingBackAndRefusesToGoOnWhenClosed(Target.CUDNN);
    }

    @Test
    void stepsAllocateNothing() {
        everyBackend.stepsAllocateNothing(Target.CUDNN);
    }

    @Test
    void gatheringAndScatteringStatesAllocatesNothing() {
        try (Lstm layer = on(Target.CUDNN);
                FloatTensor table = layer.newTensor(9, H);
                FloatTensor rows = layer.newTensor(3, H)) {
            DenseOps dense = Target.CUDNN.backend().dense();
            int[] ids = {7, 0, 3};
            NoGarbage.check("gather", () -> dense.gather(table, ids, rows));
            NoGarbage.check("scatter", () -> dense.scatter(rows, ids, table));
        }
    }

    @Test
    void thousandsOfStepsAreOneLongSequence() {
        int steps = 3000;
        float[] x = new float[steps * C];
        for (int t = 0; t < steps; t++) {
            System.arraycopy(PoolCase.x(1, t), 0, x, t * C, C);
        }
        try (Lstm layer = on(Target.CUDNN);
                RecurrentStream stream = layer.stream();
                FloatTensor in = layer.newInput(steps, 1);
                FloatTensor out = layer.newOutput(steps, 1)) {
            in.copyFrom(x);
            layer.infer(in, null, null, out, null);
            float[] y = new float[steps * H];
            for (int t = 0; t < steps; t++) {
                stream.step(x, t * C, y, t * H);
            }
            assertClose(y, out.toArray(), "step by step");
            stream.reset();
            float[] again = new float[5 * H];
            stream.advance(5, x, 0, again, 0);
            assertClose(again, Arrays.copyOf(y, again.length), "after a reset");
        }
    }

    @Test
    void aSnapshotMovesFromTheCpuToTheDeviceAndBack() {
        Target.CPU_PLAIN.require();
        try (Lstm cpu = on(Target.CPU_PLAIN);
                Lstm gpu = on(Target.CUDNN);
                RecurrentStream alone = cpu.stream();
                RecurrentStream here = cpu.stream();
                RecurrentStream there = gpu.stream()) {
            assertThat(gpu.fingerprint()).isEqualTo(cpu.fingerprint());
            float[] expected = new float[H];
            float[] y = new float[H];
            for (int t = 0; t < 60; t++) {
                alone.step(PoolCase.x(1, t), 0, expected, 0);
                RecurrentStream now = t / 10 % 2 == 0 ? here : there;
                if (t % 10 == 0 && t > 0) {
                    RecurrentStream last = now == here ? there : here;
                    byte[] snapshot = last.snapshot();
                    now.restore(snapshot);
                    assertThat(now.snapshot()).isEqualTo(snapshot);
                    assertThat(now.steps()).isEqualTo(t);
                }
                now.step(PoolCase.x(1, t), 0, y, 0);
                assertClose(y, expected, "step %d", t);
            }
        }
    }

    /** A pending output of a stream in a pool, and the output of a separate stream on the CPU. */
    private record Answer(long stream, int step, CompletionStage<float[]> found, float[] expected) {}

    @Test
    void aPoolAnswersAsStreamsOfTheirOwnDoWhoeverJoinsAndLeaves() {
        Target.CPU_PLAIN.require();
        Random random = new Random(3);
        MapStore store = new MapStore();
        Map<Long, RecurrentStream> singles = new HashMap<>();
        Map<Long, Integer> steps = new HashMap<>();
        List<Answer> answers = new ArrayList<>();
        try (Lstm cpu = on(Target.CPU_PLAIN);
                Lstm gpu = on(Target.CUDNN)) {
            // 40 streams in 16 rows of two workers: most pass through the store as well
            try (StreamPool pool = StreamPool.builder(gpu)
                    .workers(2)
                    .streams(16)
                    .largestBatch(8)
                    .store(store)
                    .build()) {
                for (int i = 0; i < 1500; i++) {
                    long stream = random.nextInt(40);
                    RecurrentStream single = singles.computeIfAbsent(stream, id -> cpu.stream());
                    int action = random.nextInt(20);
                    if (action < 2) {
                        single.reset();
                        steps.remove(stream);
                        if (action == 0) {
                            pool.remove(stream);
                        } else {
                            pool.reset(stream);
                        }
                        continue;
                    }
                    int step = steps.merge(stream, 1, Integer::sum);
                    float[] x = PoolCase.x(stream, step);
                    float[] expected = new float[H];
                    single.step(x, 0, expected, 0);
                    answers.add(new Answer(stream, step, pool.submit(stream, x), expected));
                }
                for (Answer answer : answers) {
                    assertClose(get(answer.found), answer.expected, "stream %d, step %d", answer.stream, answer.step);
                }
            }
            for (Map.Entry<Long, RecurrentStream> single : singles.entrySet()) {
                byte[] kept = store.load(single.getKey());
                if (kept != null) {
                    assertThat(StreamSnapshot.parse(kept).steps())
                            .isEqualTo(single.getValue().steps());
                }
                single.getValue().close();
            }
        }
    }

    @Test
    void aPoolGivesItsMemoryBack() {
        try (Lstm layer = on(Target.CUDNN)) {
            long[] live = new long[3]; // the first batch makes the device's own room for numbers of rows
            for (int i = 0; i < live.length; i++) {
                try (StreamPool pool = StreamPool.builder(layer).streams(1000).build()) {
                    get(pool.submit(7, PoolCase.x(7, 0)));
                }
                live[i] = Target.CUDNN.backend().liveBytes();
            }
            assertThat(live[1]).isEqualTo(live[0]);
            assertThat(live[2]).isEqualTo(live[0]);
        }
    }

    /** Copies between host and device and kernel launches of one batch of {@code streams} streams. */
    private static Map<String, Integer> callsOfABatch(Lstm layer, int streams) throws InterruptedException {
        Map<String, Integer> calls = new HashMap<>();
        try (StreamPool pool = StreamPool.builder(layer)
                .streams(64)
                .largestBatch(64)
                .longestWait(Duration.ZERO)
                .build()) {
            for (int round = 0; round < 3; round++) {
                Gate gate = Gate.hold(pool, C, H);
                List<CompletionStage<float[]>> answers = new ArrayList<>();
                for (int s = 0; s < streams; s++) {
                    answers.add(pool.submit(s, PoolCase.x(s, round)));
                }
                long before = FakeCuda.callCount();
                gate.open();
                answers.forEach(PoolCase::get);
                // Waits until the worker has enqueued everything: this command comes after the batch.
                get(pool.remove(1000));
                calls.clear(); // the first rounds bring streams in and open plans
                for (long i = before + 1; i <= FakeCuda.callCount(); i++) {
                    String name = FakeCuda.callName(i);
                    if (name.contains("Memcpy") || name.contains("Memset") || name.contains("LaunchKernel")) {
                        calls.merge(name, 1, Integer::sum);
                    }
                }
            }
        }
        return calls;
    }

    @Test
    @Tag("fakecuda")
    void aBatchLeavesTheDeviceForItsInputsAndOutputsAlone() throws InterruptedException {
        Assumptions.assumeTrue(FakeCuda.present(), "skipped: counts the calls of the stand-in");
        try (Lstm layer = on(Target.CUDNN)) {
            Map<String, Integer> few = callsOfABatch(layer, 2);
            Map<String, Integer> many = callsOfABatch(layer, 50);
            // h and c of two layers: the rows of each table are gathered by one kernel and scattered by one, and the
            // row indices are copied before each of them; otherwise only x is copied in and y out
            assertThat(many).isEqualTo(few);
            assertThat(many).containsOnly(Map.entry("cuLaunchKernel", 4 + 4), Map.entry("cudaMemcpyAsync", 4 + 4 + 2));
        }
    }
}
