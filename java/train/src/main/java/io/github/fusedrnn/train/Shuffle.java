package io.github.fusedrnn.train;

import java.util.SplittableRandom;

/** Orders that are a function of (seed, epoch) alone. */
final class Shuffle {
    private Shuffle() {}

    static void inPlace(int[] order, long seed, long epoch) {
        SplittableRandom random = RandomStream.of(seed, epoch);
        for (int i = order.length - 1; i > 0; i--) { // Fisher-Yates
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }
}
