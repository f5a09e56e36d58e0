package io.github.fusedrnn.internal.math;

/**
 * The dropout mask of one training call: a function of (seed, call, layer, t, n, unit), so that it is the same on every backend, for any
 * number of threads, and in backward without having been stored. The native library computes the same one.
 *
 * <p>The word of (layer, t, n, unit) is word {@code unit % 4} of {@link Philox#block} at the counter {@code (unit / 4, n, t, layer)} under
 * {@link Philox#key}. The element is kept where that word, as an unsigned number u, is not below {@code floor(p * 2^32)}; kept values are
 * multiplied by {@code 1 / (1 − p)}, rounded to float32.
 *
 * <p>Immutable, free to share.
 */
public final class DropoutMask {
    private final long key;
    private final long threshold;
    private final float scale;

    /**
     * The mask of a call.
     *
     * @param p probability that an element is dropped, 0 ≤ p &lt; 1
     * @param seed seed of the whole sequence of calls
     * @param call the call's number
     */
    public DropoutMask(float p, long seed, long call) {
        key = Philox.key(seed, call);
        threshold = (long) Math.floor((double) p * 0x1p32);
        scale = (float) (1.0 / (1.0 - (double) p));
    }

    /** Key of {@link Philox#block}. */
    public long key() {
        return key;
    }

    /** A word below it, as an unsigned number, drops its element; at most 2^32 − 1. */
    public long threshold() {
        return threshold;
    }

    /** Factor of what is kept. */
    public float scale() {
        return scale;
    }

    /**
     * Multiplies one row by the mask: what is dropped becomes 0 (whatever it was), the rest is scaled.
     *
     * @param layer number of the layer whose output this is
     * @param t time index
     * @param n row, in the caller's order
     * @param from the row {@code [units]}
     * @param to receives the product {@code [units]}; may be {@code from}
     */
    public void apply(int layer, int t, int n, double[] from, double[] to) {
        int[] words = new int[4];
        for (int unit = 0; unit < from.length; unit++) {
            if (unit % 4 == 0) {
                Philox.block(key, unit / 4, n, t, layer, words);
            }
            boolean kept = Integer.toUnsignedLong(words[unit % 4]) >= threshold;
            to[unit] = kept ? from[unit] * scale : 0;
        }
    }
}
