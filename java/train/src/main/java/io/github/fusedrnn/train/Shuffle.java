package io.github.fusedrnn.train;

import java.util.SplittableRandom;

/** Orders that are a function of (seed, epoch) alone. */
final class Shuffle {
    private Shuffle() {}

    static void inPlace(int[] order, long seed, long epoch) {
        // Two generators in a row: neighbouring seeds and epochs must not give the same sequence shifted.
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
        random = new SplittableRandom(random.nextLong());
        for (int i = order.length - 1; i > 0; i--) { // Fisher-Yates
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }
}
