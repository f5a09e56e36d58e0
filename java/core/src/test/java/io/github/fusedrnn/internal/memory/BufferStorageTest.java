package io.github.fusedrnn.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class BufferStorageTest {
    /** A range past the end once made these loops copy nothing, for ever. */
    @Test
    void rangesPastTheEndAreRefusedAndNothingIsWritten() {
        try (FloatTensor tensor = FloatTensor.allocate(BackendKind.REFERENCE, 4)) {
            TensorStorage storage = TensorAccess.storage(tensor);
            float[] five = {1, 2, 3, 4, 5};
            assertThatThrownBy(() -> storage.write(0, FloatBuffer.wrap(five)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> storage.write(2, five, 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> storage.read(3, FloatBuffer.allocate(2)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> storage.read(-1, five, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(tensor.toArray()).containsOnly(0);
        }
    }
}
