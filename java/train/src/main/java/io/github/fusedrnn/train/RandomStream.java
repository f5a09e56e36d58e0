package io.github.fusedrnn.train;

import java.util.SplittableRandom;

/** Streams of random numbers that are a function of (seed, number) alone: of a batch, an epoch, a step. */
public final class RandomStream {
    private RandomStream() {}

    /** The stream of a number; those of neighbouring seeds and numbers share nothing. */
    public static SplittableRandom of(long seed, long number) {
        // Two generators in a row: neighbouring seeds and numbers must not give the same sequence shifted.
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + number);
        return new SplittableRandom(random.nextLong());
    }
}
