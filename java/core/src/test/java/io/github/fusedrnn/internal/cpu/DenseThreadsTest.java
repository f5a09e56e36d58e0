package io.github.fusedrnn.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseKernels;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.ThreadSetting;
import io.github.fusedrnn.tensor.FloatTensor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DenseThreadsTest {
    private final DenseOps dense = Backends.dense(BackendKind.CPU);

    @AfterEach
    void grantOneThreadAgain() {
        dense.useThreads(1);
    }

    @Test
    void threadsChangeNoBitOfALargeProduct() {
        float[] alone = product();
        dense.useThreads(2);
        assertThat(product()).isEqualTo(alone);
        dense.useThreads(5);
        assertThat(product()).isEqualTo(alone);
    }

    @Test
    void aNumberOfThreadsOutOfRangeIsRefused() {
        assertThatThrownBy(() -> dense.useThreads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads: 0 (expected: 1 to 1024)");
        assertThatThrownBy(() -> dense.useThreads(1025))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads: 1025 (expected: 1 to 1024)");
    }

    @Test
    void theFirstUseUndoesNoSettingOfAnotherThread() throws InterruptedException {
        List<Integer> settings = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<CpuBackend> backend = new AtomicReference<>();
        Thread other = new Thread(() -> backend.get().dense().useThreads(3));
        InvocationHandler slow = (kernels, method, arguments) -> {
            if (other.getState() == Thread.State.NEW) {
                // in the middle of the first use another thread comes, and gets as far as it can
                other.start();
                while (other.getState() != Thread.State.TERMINATED && other.getState() != Thread.State.BLOCKED) {
                    Thread.onSpinWait();
                }
            }
            settings.add((Integer) arguments[0]);
            return null;
        };
        backend.set(new CpuBackend((DenseKernels) Proxy.newProxyInstance(
                DenseKernels.class.getClassLoader(), new Class<?>[] {DenseKernels.class}, slow)));
        backend.get().dense();
        other.join();
        assertThat(settings).containsExactly(ThreadSetting.threads(), 3);
    }

    /** [300, 2000] = [300, 100] [100, 2000], 60 million multiply-adds: worth seven threads. */
    private float[] product() {
        try (FloatTensor a = random(300 * 100, 1);
                FloatTensor b = random(100 * 2000, 2);
                FloatTensor c = FloatTensor.allocate(BackendKind.CPU, 300, 2000)) {
            dense.gemm(false, false, 300, 2000, 100, 1f, a, b, 0f, c);
            return c.toArray();
        }
    }

    private static FloatTensor random(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return FloatTensor.allocate(BackendKind.CPU, size).copyFrom(values);
    }
}
