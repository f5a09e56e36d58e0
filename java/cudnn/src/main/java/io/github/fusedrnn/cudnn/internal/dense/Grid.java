package io.github.fusedrnn.cudnn.internal.dense;

/** The numbers of blocks and threads of a kernel. */
public final class Grid {
    /** Threads of a block; FR_THREADS of the kernels. */
    public static final int THREADS = 256;

    /** Enough to fill every device; beyond it a thread processes several elements. */
    private static final long MOST_BLOCKS = 1 << 14;

    /** Partial sums of a reduction. They determine the order of the sum, so they must not depend on the device. */
    private static final long MOST_PARTS = 512;

    private static final long ELEMENTS_OF_A_PART = 8L * THREADS;

    private Grid() {}

    /** Blocks for {@code n} independent elements. */
    public static long elementwise(long n) {
        return Math.min(MOST_BLOCKS, (n + THREADS - 1) / THREADS);
    }

    /** Blocks for {@code n} rows, one block for each. */
    static long rows(long n) {
        return Math.min(MOST_BLOCKS, n);
    }

    /** Blocks of a sum of {@code n} elements, each with one partial sum: a function of n alone. */
    static long parts(long n) {
        return Math.min(MOST_PARTS, (n + ELEMENTS_OF_A_PART - 1) / ELEMENTS_OF_A_PART);
    }
}
