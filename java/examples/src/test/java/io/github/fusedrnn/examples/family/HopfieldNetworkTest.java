package io.github.fusedrnn.examples.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HopfieldNetworkTest {
    private static final int UNITS = 200;
    private static final int PATTERNS = 10;

    private final HopfieldNetwork network = new HopfieldNetwork(UNITS);
    private final int[][] patterns = new int[PATTERNS][UNITS];

    HopfieldNetworkTest() {
        SplittableRandom random = new SplittableRandom(1);
        for (int[] pattern : patterns) {
            for (int i = 0; i < UNITS; i++) {
                pattern[i] = random.nextBoolean() ? 1 : -1;
            }
            network.store(pattern);
        }
    }

    /** A load of 0.05 patterns a unit, far below the 0.138 at which recall breaks down. */
    @Test
    void patternsAreRecalledFromATenthOfTheirUnitsWrong() {
        for (int[] pattern : patterns) {
            int[] damaged = pattern.clone();
            for (int i = 0; i < UNITS / 10; i++) {
                damaged[10 * i + i % 10] *= -1;
            }
            assertThat(network.recall(pattern, 2)).isEqualTo(pattern);
            assertThat(network.recall(damaged, 2)).isEqualTo(pattern);
        }
    }

    @Test
    void energyNeverRises() {
        SplittableRandom random = new SplittableRandom(3);
        for (int run = 0; run < 20; run++) {
            int[] state = new int[UNITS];
            for (int i = 0; i < UNITS; i++) {
                state[i] = random.nextBoolean() ? 1 : -1;
            }
            double energy = network.energy(state);
            while (network.sweep(state, random)) {
                assertThat(network.energy(state)).isLessThan(energy);
                energy = network.energy(state);
            }
            assertThat(network.energy(state)).isEqualTo(energy);
        }
    }

    @Test
    void wrongPatternsAreRefused() {
        assertThatThrownBy(() -> network.store(new int[3])).hasMessageContaining("3 values (expected: 200)");
        assertThatThrownBy(() -> network.store(new int[UNITS])).hasMessageContaining("value 0 (expected: 1 or -1)");
    }
}
