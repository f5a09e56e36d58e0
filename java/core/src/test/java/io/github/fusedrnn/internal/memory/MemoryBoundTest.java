package io.github.fusedrnn.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryBoundTest {
    private static final String PROPERTY = "fusedrnn.test.bound";

    private final MemoryBound bound = new MemoryBound(PROPERTY, "what the machine has");

    @AfterEach
    void clear() {
        System.clearProperty(PROPERTY);
    }

    @Test
    void absentAndZeroBoundNothing() {
        assertThat(bound.bytes()).isZero();
        assertThat(bound.describe()).isEqualTo("what the machine has");
        System.setProperty(PROPERTY, "0");
        assertThat(bound.bytes()).isZero();
        assertThat(bound.describe()).isEqualTo("what the machine has");
        System.setProperty(PROPERTY, " 4096 ");
        assertThat(bound.bytes()).isEqualTo(4096);
        assertThat(bound.describe()).isEqualTo("4096 bytes (fusedrnn.test.bound)");
    }

    @Test
    void aValueThatIsNoNumberIsRefusedAndReported() {
        System.setProperty(PROPERTY, "4g");
        assertThatIllegalArgumentException()
                .isThrownBy(bound::bytes)
                .withMessage("fusedrnn.test.bound: '4g' (expected: a number of bytes, digits alone; 0 = what the"
                        + " machine has)");
        assertThat(bound.describe()).isEqualTo("4g bytes (fusedrnn.test.bound)");
    }

    @Test
    void aRefusalNamesBothNumbers() {
        assertThat(MemoryBound.refusal("x", 100, 28, "a limit"))
                .isEqualTo("x: asked for 100 bytes, 28 are free (a limit)");
        for (long unknown : new long[] {-1, Long.MAX_VALUE}) {
            assertThat(MemoryBound.refusal("x", 100, unknown, "the system refused"))
                    .isEqualTo("x: asked for 100 bytes, an unknown number is free (the system refused)");
        }
    }
}
