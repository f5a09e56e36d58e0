package io.github.fusedrnn.cudnn.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.tensor.FloatTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("gpu")
class DeviceTensorTest {
    private static float[] values(int n, float first) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = first + i * 0.25f;
        }
        return values;
    }

    /** Around the sizes of a small page (8192 elements) and a large one (262144), and several large ones. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8191, 8192, 8193, 262143, 262144, 262145, 600001})
    void givesBackWhatWasPutIn(int n) {
        float[] in = values(n, -3);
        try (FloatTensor tensor = FloatTensor.allocate(BackendKind.CUDNN, n)) {
            assertThat(tensor.toArray()).as("zeros at first").containsOnly(0);
            tensor.copyFrom(in);
            assertThat(tensor.toArray()).isEqualTo(in);
        }
    }

    @Test
    void copiesToAndFromDirectBuffersAndParts() {
        FloatBuffer direct =
                ByteBuffer.allocateDirect(40).order(ByteOrder.nativeOrder()).asFloatBuffer();
        direct.put(values(10, 1)).flip();
        try (FloatTensor tensor = FloatTensor.allocate(BackendKind.CUDNN, 4, 5)) {
            tensor.copyFrom(5, direct);
            assertThat(direct.hasRemaining()).isFalse();
            assertThat(tensor.slice(1, 2).toArray()).isEqualTo(values(10, 1));
            assertThat(tensor.get(4)).isZero();
            assertThat(tensor.get(5)).isEqualTo(1);
            tensor.set(19, 8);
            tensor.slice(0, 1).fill(2.5f);
            direct.clear();
            tensor.copyTo(10, direct);
            assertThat(direct.get(0)).isEqualTo(1 + 5 * 0.25f);
            assertThat(direct.get(9)).isEqualTo(8);
            assertThat(tensor.slice(0, 1).toArray()).containsOnly(2.5f);
            assertThat(tensor.get(5)).as("behind what was filled").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendKind.class)
    void copiesFromAndToEveryBackendsMemory(BackendKind other) {
        int n = 300_001;
        try (FloatTensor there = FloatTensor.allocate(other, n);
                FloatTensor here = FloatTensor.allocate(BackendKind.CUDNN, n);
                FloatTensor back = FloatTensor.allocate(other, n)) {
            there.copyFrom(values(n, 5));
            here.copyFrom(there);
            back.copyFrom(here);
            assertThat(back.toArray()).isEqualTo(values(n, 5));
        }
    }

    @Test
    void keepsTheOrderOfWritesThatNobodyWaitedFor() {
        try (FloatTensor tensor = FloatTensor.allocate(BackendKind.CUDNN, 4)) {
            for (int i = 0; i < 100; i++) {
                tensor.copyFrom(values(4, i));
            }
            tensor.synchronize();
            assertThat(tensor.toArray()).isEqualTo(values(4, 99));
        }
    }

    @Test
    void servesManyThreadsAtOnce() {
        CompletableFuture<?>[] all = new CompletableFuture<?>[4];
        for (int i = 0; i < all.length; i++) {
            int first = i;
            all[i] = CompletableFuture.runAsync(() -> {
                try (FloatTensor tensor = FloatTensor.allocate(BackendKind.CUDNN, 20_000)) {
                    for (int round = 0; round < 10; round++) {
                        tensor.copyFrom(values(20_000, first + round));
                        assertThat(tensor.toArray()).isEqualTo(values(20_000, first + round));
                    }
                }
            });
        }
        CompletableFuture.allOf(all).join();
    }

    @Test
    void isClosedForGood() {
        FloatTensor tensor = FloatTensor.allocate(BackendKind.CUDNN, 3);
        tensor.close();
        assertThatIllegalStateException().isThrownBy(() -> tensor.fill(1));
        assertThatIllegalStateException().isThrownBy(tensor::synchronize);
    }

    @Test
    void refusesADeviceThatIsNotThere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BackendRegistry.open(BackendKind.CUDNN).onDevice(4711))
                .withMessageContaining("device: '4711' (expected: one of the usable devices [0");
    }
}
