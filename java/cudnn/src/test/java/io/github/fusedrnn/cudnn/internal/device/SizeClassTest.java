package io.github.fusedrnn.cudnn.internal.device;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SizeClassTest {
    @Property
    void holdsTheRequestAndWastesAtMostAnEighthOrOneUnit(@ForAll @LongRange(min = 1, max = 1L << 40) long bytes) {
        long size = DeviceMemory.sizeClass(bytes);
        assertThat(size).isGreaterThanOrEqualTo(bytes);
        assertThat(size - bytes).isLessThanOrEqualTo(Math.max(512, bytes / 8 + 1));
        assertThat(size % 512).isZero();
        assertThat(DeviceMemory.sizeClass(size)).as("a size class is its own").isEqualTo(size);
    }

    @Test
    void givesNeighboursOneClass() {
        assertThat(DeviceMemory.sizeClass(1)).isEqualTo(512);
        assertThat(DeviceMemory.sizeClass(512)).isEqualTo(512);
        assertThat(DeviceMemory.sizeClass(513)).isEqualTo(1024);
        assertThat(DeviceMemory.sizeClass((1 << 20) - 1)).isEqualTo(1 << 20);
        assertThat(DeviceMemory.sizeClass((1 << 20) + 1)).isEqualTo((1 << 20) + (1 << 17));
    }
}
