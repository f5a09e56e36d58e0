package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.tensor.FloatTensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Layers on two devices of one process; skipped, visibly, where there is only one. */
@Tag("gpu")
class SeveralDevicesTest {
    @BeforeEach
    void lookForASecondOne() {
        String devices = BackendRegistry.open(BackendKind.CUDNN).describe().get("usable devices");
        assumeTrue(devices.contains("1"), "only one usable device: " + devices);
    }

    private static Gru on(int device) {
        return Gru.builder(3, 5).seed(7).device(device).build();
    }

    @Test
    void giveTheSameNumbersSideBySide() {
        try (Gru first = on(0);
                Gru second = on(1);
                FloatTensor x0 = first.newInput(4, 2);
                FloatTensor x1 = second.newInput(4, 2)) {
            assertThat(first.device()).isZero();
            assertThat(second.device()).isEqualTo(1);
            float[] values = new float[24];
            for (int i = 0; i < values.length; i++) {
                values[i] = i * 0.1f - 1;
            }
            x0.copyFrom(values);
            x1.copyFrom(x0); // from device to device
            try (RecurrentOutput y0 = first.infer(x0);
                    RecurrentOutput y1 = second.infer(x1)) {
                assertThat(y1.y().toArray()).isEqualTo(y0.y().toArray());
            }
        }
    }

    @Test
    void refuseEachOthersTensors() {
        try (Gru second = on(1);
                FloatTensor x = on0(4, 2, 3);
                FloatTensor y = second.newOutput(4, 2)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> second.infer(x, null, null, y, null))
                    .withMessageContaining("x: memory of backend CUDNN on device 0")
                    .withMessageContaining("expected: memory of backend CUDNN on device 1");
            Backend there = BackendRegistry.open(BackendKind.CUDNN).onDevice(1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> there.dense().scale(x, 2))
                    .withMessageContaining("memory of backend CUDNN on device 0");
        }
    }

    private static FloatTensor on0(long... dims) {
        return FloatTensor.allocate(BackendRegistry.open(BackendKind.CUDNN).onDevice(0), dims);
    }
}
