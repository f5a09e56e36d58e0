package io.github.fusedrnn.cudnn.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The free memory of the driver is the same after thousands of steps. */
@Tag("gpu")
class FlatMemoryTest {
    private static final int INFERENCE_STEPS = 10_000;
    private static final int TRAINING_STEPS = 500;

    @BeforeEach
    void require() {
        Device.require();
    }

    private static long free() {
        SizeTPointer free = new SizeTPointer(1);
        SizeTPointer total = new SizeTPointer(1);
        assertThat(cudart.cudaMemGetInfo(free, total)).isZero();
        return free.get();
    }

    @Test
    void throughTenThousandStepsOfInference() {
        try (Lstm layer = Lstm.builder(3, 4).backend(BackendKind.CUDNN).build();
                FloatTensor x = layer.newInput(1, 1);
                FloatTensor y = layer.newOutput(1, 1);
                RecurrentState state = layer.newState(1);
                Session session = layer.session(1, 1, 1)) {
            long before = 0;
            for (int i = 0; i < INFERENCE_STEPS + 10; i++) {
                session.infer(x, null, state, y, state);
                if (i == 9) {
                    y.synchronize();
                    before = free();
                }
            }
            y.synchronize();
            assertThat(free()).isEqualTo(before);
        }
    }

    @Test
    void throughTraining() {
        try (Lstm layer = Lstm.builder(3, 4)
                        .layers(2)
                        .dropout(0.5f)
                        .backend(BackendKind.CUDNN)
                        .build();
                FloatTensor x = layer.newInput(2, 2);
                FloatTensor y = layer.newOutput(2, 2);
                Gradients gradients = layer.newGradients()) {
            long before = 0;
            for (int i = 0; i < TRAINING_STEPS + 10; i++) {
                try (Tape tape = layer.forward(x, null, null, y, null)) {
                    tape.backward(y, null, null, null, gradients);
                }
                layer.weights().update(view -> {});
                if (i == 9) {
                    y.synchronize();
                    before = free();
                }
            }
            y.synchronize();
            assertThat(free()).isEqualTo(before);
        }
    }
}
