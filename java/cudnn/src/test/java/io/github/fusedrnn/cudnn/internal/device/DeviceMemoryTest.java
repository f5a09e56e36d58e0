package io.github.fusedrnn.cudnn.internal.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gpu")
class DeviceMemoryTest {
    private final CudaDevice device =
            CudaDevice.of(BackendRegistry.open(BackendKind.CUDNN).device());
    private final DeviceMemory memory = device.memory();

    @AfterEach
    void removeTheLimit() {
        System.clearProperty(DeviceMemory.PROPERTY);
    }

    @Test
    void countsWhatLivesAndKeepsWhatWasGivenBackForTheNext() {
        memory.trim();
        long before = memory.liveBytes();
        DeviceBlock first = memory.allocate(10_000, "first");
        assertThat(memory.liveBytes()).isEqualTo(before + first.bytes());
        long address = first.address();
        assertThat(address % 256).isZero();
        first.close();
        assertThat(memory.liveBytes()).isEqualTo(before);
        assertThat(memory.idleBytes()).isEqualTo(first.bytes());
        try (DeviceBlock second = memory.allocate(9_900, "second")) {
            assertThat(second.address()).isEqualTo(address);
            assertThat(memory.idleBytes()).isZero();
        }
        memory.trim();
        assertThat(memory.idleBytes()).isZero();
    }

    @Test
    void refusesWhatIsBeyondTheLimitAndSaysAskedFreeAndHeld() {
        memory.trim();
        long held = memory.liveBytes();
        System.setProperty(DeviceMemory.PROPERTY, Long.toString(held + 4096));
        try (DeviceBlock small = memory.allocate(2048, "small")) {
            assertThatExceptionOfType(FusedRnnException.class)
                    .isThrownBy(() -> memory.allocate(3000, "large"))
                    .withMessageContaining("large: asked for 3000 bytes")
                    .withMessageContaining("2048 are free")
                    .withMessageContaining(", " + (held + 2048) + " held on device ");
        }
        try (DeviceBlock reused = memory.allocate(4096, "what was given back counts as free")) {
            assertThat(memory.liveBytes()).isEqualTo(held + 4096);
        }
    }

    @Test
    void refusesMoreThanTheDeviceHas() {
        assertThatExceptionOfType(FusedRnnException.class)
                .isThrownBy(() -> memory.allocate(1L << 60, "everything"))
                .withMessageContaining("cudart: cudaMalloc failed: ")
                .withMessageContaining("everything: asked for " + (1L << 60))
                .withMessageEndingWith("(status 2)");
        memory.allocate(1024, "usable afterwards").close();
    }

    @Test
    void refusesALimitThatIsNoNumber() {
        memory.trim();
        System.setProperty(DeviceMemory.PROPERTY, "4G");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.allocate(1, "x"))
                .withMessageContaining("'4G' (expected: a number of bytes");
    }
}
