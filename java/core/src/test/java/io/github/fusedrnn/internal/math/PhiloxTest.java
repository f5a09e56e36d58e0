package io.github.fusedrnn.internal.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PhiloxTest {
    /** The known answers that Salmon et al. publish with their Random123 library for philox4x32, 10 rounds. */
    @Test
    void givesTheKnownAnswers() {
        assertThat(block(0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(block(-1L, -1, -1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(block(0x299f31d0_a4093822L, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    /** SplitMix64 seeded with 0 begins with these numbers. */
    @Test
    void derivesKeysBySplitMix64() {
        assertThat(Philox.key(0, 0)).isEqualTo(0xE220A8397B1DCDAFL);
        assertThat(Philox.key(0, 1)).isEqualTo(0x6E789E6AA1B965F4L);
        assertThat(Philox.key(0, 2)).isEqualTo(0x06C45D188009454FL);
    }

    @ParameterizedTest
    @ValueSource(floats = {0.1f, 0.25f, 0.5f, 0.9f})
    void keepsTheRightShareAndScalesIt(float p) {
        int units = 4096;
        DropoutMask mask = new DropoutMask(p, 7, 3);
        double kept = 0;
        int rows = 16;
        for (int t = 0; t < rows; t++) {
            for (double value : maskRow(mask, 1, t, 5, units)) {
                assertThat(value).isIn(0.0, (double) (float) (1.0 / (1.0 - (double) p)));
                kept += value == 0 ? 0 : 1;
            }
        }
        double draws = (double) rows * units;
        // six standard deviations of a binomial share; the seed is fixed, so that this passes always or never
        assertThat(kept / draws).isBetween(1 - p - 6 * deviation(p, draws), 1 - p + 6 * deviation(p, draws));
    }

    private static double deviation(float p, double draws) {
        return Math.sqrt(p * (1 - p) / draws);
    }

    @Test
    void differsBySeedCallLayerTimeAndRow() {
        double[] base = maskRow(new DropoutMask(0.5f, 1, 2), 3, 4, 5, 64);
        assertThat(maskRow(new DropoutMask(0.5f, 1, 2), 3, 4, 5, 64)).containsExactly(base);
        assertThat(maskRow(new DropoutMask(0.5f, 9, 2), 3, 4, 5, 64)).isNotEqualTo(base);
        assertThat(maskRow(new DropoutMask(0.5f, 1, 9), 3, 4, 5, 64)).isNotEqualTo(base);
        assertThat(maskRow(new DropoutMask(0.5f, 1, 2), 9, 4, 5, 64)).isNotEqualTo(base);
        assertThat(maskRow(new DropoutMask(0.5f, 1, 2), 3, 9, 5, 64)).isNotEqualTo(base);
        assertThat(maskRow(new DropoutMask(0.5f, 1, 2), 3, 4, 9, 64)).isNotEqualTo(base);
    }

    /** The native library computes the same mask from the same definition; this fixes it in numbers, word by word. */
    @Test
    void keepsWhatReachesTheThreshold() {
        float p = 0.3f;
        long key = Philox.key(42, 6);
        double[] row = maskRow(new DropoutMask(p, 42, 6), 1, 11, 2, 10);
        for (int unit = 0; unit < row.length; unit++) {
            int word = block(key, unit / 4, 2, 11, 1)[unit % 4];
            boolean kept = Integer.toUnsignedLong(word) >= (long) Math.floor(p * 4294967296.0);
            assertThat(row[unit]).isEqualTo(kept ? (double) (float) (1 / (1 - (double) p)) : 0.0);
        }
    }

    @Test
    void keepsEverythingUnscaledAtZero() {
        assertThat(maskRow(new DropoutMask(0, 1, 2), 3, 4, 5, 9)).containsOnly(1.0);
    }

    /** A dropped value is 0 even if it was NaN or infinite. */
    @Test
    void dropsNotANumberToo() {
        double[] row = new double[64];
        Arrays.fill(row, Double.NaN);
        new DropoutMask(0.5f, 1, 2).apply(0, 0, 0, row, row);
        assertThat(row).contains(0.0);
    }

    private static double[] maskRow(DropoutMask mask, int layer, int t, int n, int units) {
        double[] row = new double[units];
        Arrays.fill(row, 1);
        mask.apply(layer, t, n, row, row);
        return row;
    }

    private static int[] block(long key, int c0, int c1, int c2, int c3) {
        int[] out = new int[4];
        Philox.block(key, c0, c1, c2, c3, out);
        return out;
    }
}
