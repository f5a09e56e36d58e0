package io.github.fusedrnn.examples.text;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Draws symbols from a model's scores.
 *
 * @param temperature 1 samples from the model's own distribution, less prefers likely symbols, 0 always takes the most likely
 * @param top only that many of the likeliest symbols are drawn from, 0 = all
 */
record Sampler(double temperature, int top) {

    /** A symbol from softmax(scores / temperature) over the likeliest symbols. */
    int draw(float[] scores, SplittableRandom random) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        if (temperature == 0) {
            return best;
        }
        float least = Float.NEGATIVE_INFINITY;
        if (top > 0 && top < scores.length) {
            float[] sorted = scores.clone();
            Arrays.sort(sorted);
            least = sorted[sorted.length - top];
        }
        double[] weights = new double[scores.length];
        double total = 0;
        for (int i = 0; i < scores.length; i++) {
            weights[i] = scores[i] < least ? 0 : Math.exp((scores[i] - scores[best]) / temperature);
            total += weights[i];
        }
        double left = random.nextDouble() * total;
        for (int i = 0; i < scores.length; i++) {
            left -= weights[i];
            if (left < 0) {
                return i;
            }
        }
        return best;
    }
}
