package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.NoGarbage;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.SmallLayers;
import io.github.fusedrnn.testing.Target;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

public class RecurrentStreamTest {
    private static final int MANY = 100_000;

    private static float[] input(RecurrentConfig config, int t) {
        return LayerRun.floats(new RandomCalls(7).x(config, t, 1));
    }

    /** y of one call over the whole sequence. */
    private static float[] whole(RecurrentLayer layer, float[] x) {
        int t = x.length / layer.config().inputSize();
        try (FloatTensor in = layer.newInput(t, 1);
                FloatTensor out = layer.newOutput(t, 1)) {
            in.copyFrom(x);
            layer.infer(in, null, null, out, null);
            return out.toArray();
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    public void aHundredThousandStepsAreOneLongSequence(Target target) {
        target.require();
        Assumptions.assumeTrue(target.chainsBits(), "skipped: makes no promise of bits from call to call");
        try (Lstm layer = target.on(Lstm.builder(3, 17)).layers(2).seed(1).build();
                RecurrentStream stream = layer.stream()) {
            float[] x = input(layer.config(), MANY);
            float[] expected = whole(layer, x);
            float[] y = new float[expected.length];
            for (int t = 0; t < MANY; t++) {
                stream.step(x, t * 3, y, t * 17);
            }
            assertThat(Arrays.equals(y, expected)).isTrue();
            assertThat(stream.steps()).isEqualTo(MANY);
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    public void everyWayToCutASequenceGivesTheSameOutputs(Target target) {
        target.require();
        Random random = new Random(3);
        int steps = 60;
        for (String name : SmallLayers.names()) {
            RecurrentConfig config = SmallLayers.get(name);
            if (config.directions() > 1
                    || config.isReverse(0)
                    || !target.backend().supports(config).available()) {
                continue;
            }
            double[] weights = new RandomCalls(5).weights(config);
            float[] x = input(config, steps);
            int c = config.inputSize();
            int o = config.outputSize();
            try (RecurrentLayer layer = target.layer(config, weights);
                    RecurrentStream byArray = layer.stream(7);
                    RecurrentStream byTensor = layer.stream(7)) {
                float[] expected = whole(layer, x);
                float[] y = new float[expected.length];
                float[] y2 = new float[expected.length];
                for (int at = 0; at < steps; ) {
                    int t = Math.min(steps - at, 1 + random.nextInt(7));
                    byArray.advance(t, x, at * c, y, at * o);
                    try (FloatTensor in = layer.newTensor(t, c);
                            FloatTensor out = layer.newTensor(t, o)) {
                        in.copyFrom(Arrays.copyOfRange(x, at * c, (at + t) * c));
                        if (t == 1) {
                            byTensor.step(in, out);
                        } else {
                            byTensor.advance(in, out);
                        }
                        System.arraycopy(out.toArray(), 0, y2, at * o, t * o);
                    }
                    at += t;
                }
                assertThat(y2).as(name).isEqualTo(y);
                if (target.chainsBits()) {
                    assertThat(y).as(name).isEqualTo(expected);
                } else {
                    // OpenBLAS sums in another order for another T, the reference rounds its state at every cut: a few
                    // units in the last place of values below 1, carried on by cells that do not amplify
                    for (int i = 0; i < y.length; i++) {
                        assertThat(y[i]).as(name).isCloseTo(expected[i], org.assertj.core.api.Assertions.within(1e-4f));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    public void stepsAllocateNothing(Target target) {
        target.require();
        Assumptions.assumeTrue(target.promisesNoGarbage(), "skipped: the reference computes in Java arrays");
        try (Lstm layer = target.on(Lstm.builder(7, 9)).build();
                RecurrentStream stream = layer.stream(4);
                FloatTensor x = layer.newTensor(7);
                FloatTensor y = layer.newTensor(9);
                FloatTensor xs = layer.newTensor(4, 7);
                FloatTensor ys = layer.newTensor(4, 9)) {
            float[] in = new float[10 * 7];
            float[] out = new float[10 * 9];
            long before = target.backend().liveBytes();
            NoGarbage.check("step", () -> stream.step(x, y));
            NoGarbage.check("advance", () -> stream.advance(xs, ys));
            NoGarbage.check("step on arrays", () -> stream.step(in, 7, out, 9));
            NoGarbage.check("advance on arrays", () -> stream.advance(10, in, 0, out, 0));
            NoGarbage.check("reset", stream::reset);
            assertThat(target.backend().liveBytes()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    public void forksAndSnapshotsGoOnFromTheSameState(Target target) {
        target.require();
        try (Lstm layer = target.on(Lstm.builder(3, 5))
                        .layers(2)
                        .projection(4)
                        .seed(1)
                        .build();
                RecurrentStream stream = layer.stream()) {
            float[] x = input(layer.config(), 20);
            float[] y = new float[20 * 4];
            stream.advance(10, x, 0, y, 0);
            byte[] snapshot = stream.snapshot();
            float[] forked = y.clone();
            float[] restored = y.clone();
            try (RecurrentStream fork = stream.fork();
                    RecurrentStream other = layer.stream(3)) {
                stream.advance(10, x, 30, y, 40);
                fork.advance(10, x, 30, forked, 40);
                other.restore(snapshot);
                for (int t = 10; t < 20; t++) {
                    other.step(x, t * 3, restored, t * 4);
                }
                assertThat(forked).isEqualTo(y);
                assertThat(restored).isEqualTo(y);
                assertThat(fork.steps()).isEqualTo(20);
                assertThat(other.steps()).isEqualTo(20);
                assertThat(other.snapshot()).isEqualTo(stream.snapshot());
            }
            stream.reset();
            assertThat(stream.steps()).isZero();
            float[] again = new float[20 * 4];
            stream.advance(20, x, 0, again, 0);
            assertThat(again).isEqualTo(y);
        }
    }

    @Test
    void aSnapshotMovesFromBackendToBackend() {
        Target.CPU_PLAIN.require();
        try (Lstm cpu = Target.CPU_PLAIN.on(Lstm.builder(3, 5)).seed(1).build();
                Lstm reference = Target.REFERENCE
                        .on(Lstm.builder(3, 5))
                        .seed(1)
                        .batchMajor(true)
                        .build();
                RecurrentStream here = cpu.stream();
                RecurrentStream there = reference.stream()) {
            float[] x = input(cpu.config(), 10);
            here.advance(10, x, 0, new float[50], 0);
            byte[] snapshot = here.snapshot();
            there.restore(snapshot);
            assertThat(there.snapshot()).isEqualTo(snapshot);
            assertThat(StreamSnapshot.parse(snapshot).steps()).isEqualTo(10);
            assertThat(StreamSnapshot.parse(snapshot).model())
                    .isEqualTo(cpu.fingerprint())
                    .isEqualTo(reference.fingerprint());
        }
    }

    @Test
    void refusesSnapshotsThatAreDamagedOrOfAnotherModel() {
        try (Gru layer = Target.REFERENCE.on(Gru.builder(3, 5)).seed(1).build();
                Gru otherWeights =
                        Target.REFERENCE.on(Gru.builder(3, 5)).seed(2).build();
                Gru otherShape = Target.REFERENCE.on(Gru.builder(2, 5)).seed(1).build();
                RecurrentStream stream = layer.stream();
                RecurrentStream two = otherWeights.stream();
                RecurrentStream three = otherShape.stream()) {
            stream.step(new float[] {1, 2, 3}, 0, new float[5], 0);
            byte[] good = stream.snapshot();
            for (int length = 0; length < good.length; length++) {
                byte[] cut = Arrays.copyOf(good, length);
                assertThatThrownBy(() -> stream.restore(cut))
                        .isExactlyInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("snapshot: ");
            }
            for (int i = 0; i < good.length * 8; i++) {
                byte[] flipped = good.clone();
                flipped[i / 8] ^= (byte) (1 << i % 8);
                assertThatThrownBy(() -> stream.restore(flipped))
                        .isExactlyInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("snapshot: ");
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.restore(Arrays.copyOf(good, good.length + 1)))
                    .withMessageContaining("bytes (expected: the size of its 5 + 0 elements)");
            byte[] newer = good.clone();
            newer[8] = 2;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.restore(newer))
                    .withMessage("snapshot: version 2 (expected: version 1)");
            byte[] reserved = good.clone();
            reserved[12] = 1;
            CRC32C checksum = new CRC32C();
            checksum.update(reserved, 0, reserved.length - Integer.BYTES);
            int correct = (int) checksum.getValue();
            ByteBuffer.wrap(reserved).order(ByteOrder.LITTLE_ENDIAN).putInt(reserved.length - Integer.BYTES, correct);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.restore(reserved))
                    .withMessage("snapshot: the reserved word 1 (expected: zero)");
            for (RecurrentStream other : new RecurrentStream[] {two, three}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> other.restore(good))
                        .withMessageContaining("of model " + layer.fingerprint())
                        .withMessageContaining("the same description and the same weights");
                assertThat(other.steps()).isZero();
            }
            assertThat(stream.snapshot()).isEqualTo(good);
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    public void changedWeightsReachTheNextStep(Target target) {
        target.require();
        try (Gru layer = target.on(Gru.builder(3, 5)).seed(1).build();
                Gru changed = target.on(Gru.builder(3, 5)).seed(2).build();
                RecurrentStream stream = layer.stream();
                RecurrentStream expected = changed.stream()) {
            float[] x = input(layer.config(), 2);
            float[] y = new float[5];
            stream.step(x, 0, y, 0);
            byte[] old = stream.snapshot();
            layer.replaceWeights(changed.weights().toMap());
            assertThat(layer.fingerprint()).isEqualTo(changed.fingerprint());
            assertThatIllegalArgumentException().isThrownBy(() -> stream.restore(old));
            expected.restore(stream.snapshot());
            float[] wanted = new float[5];
            stream.step(x, 3, y, 0);
            expected.step(x, 3, wanted, 0);
            assertThat(y).isEqualTo(wanted);
            layer.weights().update(view -> view.get("bias_ih_l0").fill(0.25f));
            assertThat(layer.fingerprint()).isNotEqualTo(changed.fingerprint());
            stream.step(x, 0, y, 0);
            expected.step(x, 0, wanted, 0);
            assertThat(y).isNotEqualTo(wanted);
            layer.weights().update(view -> assertThatIllegalStateException()
                    .isThrownBy(() -> stream.step(x, 0, y, 0))
                    .withMessageContaining("inside update"));
        }
    }

    @Test
    void refusesLayersThatLookAhead() {
        try (Lstm layer = Lstm.builder(3, 5).bidirectional().build()) {
            assertThatThrownBy(layer::stream)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("direction BIDIRECTIONAL reads a sequence from its end");
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    public void refusesWrongCallsAndStaysAsItWas(Target target) {
        target.require();
        try (Lstm layer = target.on(Lstm.builder(3, 5)).seed(1).build();
                RecurrentStream stream = layer.stream(2);
                FloatTensor x = layer.newTensor(3, 3);
                FloatTensor y = layer.newTensor(3, 5);
                FloatTensor block = layer.newTensor(8)) {
            stream.step(new float[] {1, 2, 3}, 0, new float[5], 0);
            byte[] before = stream.snapshot();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.step(x, y))
                    .withMessage("x: [3, 3] (expected: 3 elements, one time step)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.step(x.slice(0, 1), y))
                    .withMessage("y: [3, 5] (expected: 5 elements, one time step)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.advance(x, y))
                    .withMessage("x: [3, 3] (expected: [T, 3] with T <= 2, as the stream was opened for)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.advance(x.slice(0, 2), y))
                    .withMessage("y: [3, 5] (expected: [2, 5])");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.step(
                            block.slice(0, 3).reshape(3), block.slice(2, 5).reshape(5)))
                    .withMessage("y: overlaps x (expected: memory apart from x)");
            assertThatThrownBy(() -> stream.step(new float[3], 1, new float[5], 0))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("x: 3 elements, offset 1 (expected: room for 1 x 3 elements)");
            assertThatThrownBy(() -> stream.advance(2, new float[6], 0, new float[9], 0))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("y: 9 elements, offset 0 (expected: room for 2 x 5 elements)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stream.advance(0, new float[6], 0, new float[9], 0))
                    .withMessage("t: 0 (expected: an integer >= 1)");
            assertThat(stream.snapshot()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    public void givesEverythingBackAndRefusesToGoOnWhenClosed(Target target) {
        target.require();
        Lstm layer = target.on(Lstm.builder(3, 5)).build();
        layer.stream().close();
        long before = target.backend().liveBytes();
        RecurrentStream first = layer.stream(3);
        RecurrentStream second = first.fork();
        first.close();
        first.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> first.step(new float[3], 0, new float[5], 0))
                .withMessage("stream is closed");
        layer.weights().update(view -> view.all().fill(0.1f));
        second.step(new float[3], 0, new float[5], 0);
        second.close();
        assertThat(target.backend().liveBytes()).isEqualTo(before);
        RecurrentStream third = layer.stream();
        layer.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> third.step(new float[3], 0, new float[5], 0))
                .withMessage("the layer is closed");
        third.close();
    }

    @Test
    void refusesASecondThread() throws InterruptedException {
        try (Gru layer = Target.REFERENCE.on(Gru.builder(3, 5)).build();
                RecurrentStream stream = layer.stream()) {
            // 100,000 steps on the reference take long enough for the other thread to be refused once
            CountDownLatch started = new CountDownLatch(1);
            AtomicReference<Throwable> refusal = new AtomicReference<>();
            Thread long1 = new Thread(() -> {
                started.countDown();
                float[] x = new float[MANY * 3];
                float[] y = new float[MANY * 5];
                try {
                    stream.advance(MANY, x, 0, y, 0);
                } catch (IllegalStateException e) { // it came while the other one was in its call
                    refusal.set(e);
                }
            });
            long1.start();
            started.await();
            while (refusal.get() == null && long1.isAlive()) {
                try {
                    stream.reset();
                } catch (IllegalStateException e) {
                    refusal.set(e);
                }
            }
            long1.join();
            assertThat(refusal.get()).hasMessageContaining("another thread is in a call");
        }
    }
}
