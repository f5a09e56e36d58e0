package io.github.fusedrnn.internal.math;

/**
 * Philox4x32-10, a counter-based random generator: four 32-bit words as a function of a 128-bit counter and a 64-bit key, without any
 * state. Salmon, Moraes, Dror &amp; Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, §4.3.
 *
 * <p>Thread-safe: there is nothing but functions.
 */
public final class Philox {
    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;

    private Philox() {}

    /**
     * The four words of one counter.
     *
     * @param key the low 32 bits are the paper's first key word, the high 32 bits the second
     * @param out receives the words {@code [4]}, each an unsigned 32-bit number
     */
    public static void block(long key, int c0, int c1, int c2, int c3, int[] out) {
        int key0 = (int) key;
        int key1 = (int) (key >>> 32);
        int r0 = c0;
        int r1 = c1;
        int r2 = c2;
        int r3 = c3;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(r0);
            long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(r2);
            r0 = (int) (product1 >>> 32) ^ r1 ^ key0;
            r1 = (int) product1;
            r2 = (int) (product0 >>> 32) ^ r3 ^ key1;
            r3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        out[0] = r0;
        out[1] = r1;
        out[2] = r2;
        out[3] = r3;
    }

    /**
     * A key for one call of a seeded sequence of calls: SplitMix64's output number {@code call} (Steele, Lea &amp; Flood 2014), so that
     * neighbouring seeds and calls have unrelated keys.
     */
    public static long key(long seed, long call) {
        long z = seed + 0x9E3779B97F4A7C15L * (call + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
