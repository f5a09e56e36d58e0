package io.github.fusedrnn.cudnn.internal.dense;

/** How many blocks and threads a kernel gets. */
public final class Grid {
    /** Threads of a block; FR_THREADS of the kernels. */
    public static final int THREADS = 256;

    /** Enough for every device to be full; beyond it a thread does several elements. */
    private static final long MOST_BLOCKS = 1 << 14;

    /** Partial sums of a reduction. Part of the sum's order: it must not depend on the device. */
    private static final long MOST_PARTS = 512;

    private static final long ELEMENTS_OF_A_PART = 8L * THREADS;

    private Grid() {}

    /** Blocks for {@code n} elements, each for itself. */
    public static long elementwise(long n) {
        return Math.min(MOST_BLOCKS, (n + THREADS - 1) / THREADS);
    }

    /** Blocks for {@code n} rows, a block for each. */
    static long rows(long n) {
        return Math.min(MOST_BLOCKS, n);
    }

    /** Blocks, each with one partial sum, of a sum of {@code n} elements: a function of n alone. */
    static long parts(long n) {
        return Math.min(MOST_PARTS, (n + ELEMENTS_OF_A_PART - 1) / ELEMENTS_OF_A_PART);
    }
}
