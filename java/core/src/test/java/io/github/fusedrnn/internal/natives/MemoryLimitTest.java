package io.github.fusedrnn.internal.natives;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.testing.Target;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryLimitTest {
    @BeforeEach
    void requireCpu() {
        Target.CPU_PLAIN.require();
    }

    @AfterEach
    void clear() {
        System.clearProperty(MemoryLimit.PROPERTY);
    }

    @Test
    void refusesWhatExceedsTheLimitAndNamesBothNumbers() {
        System.setProperty(MemoryLimit.PROPERTY, "1");
        assertThatThrownBy(() -> MemoryLimit.check(100, "a block"))
                .isInstanceOf(FusedRnnException.class)
                .hasMessageContainingAll(
                        "a block: asked for 100 bytes, ", " are free (fusedrnn.maxNativeBytes = 1, ", " held)");
        System.setProperty(MemoryLimit.PROPERTY, "0");
        assertThatCode(() -> MemoryLimit.check(100, "a block")).doesNotThrowAnyException();
    }

    @Test
    void aValueThatIsNoNumberIsRefusedAndNotTakenForNoLimit() {
        for (String value : new String[] {"4g", "", "-1", "1.5", "99999999999999999999"}) {
            System.setProperty(MemoryLimit.PROPERTY, value);
            assertThatThrownBy(() -> MemoryLimit.check(1, "a block"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("fusedrnn.maxNativeBytes: '" + value + "'");
        }
    }
}
