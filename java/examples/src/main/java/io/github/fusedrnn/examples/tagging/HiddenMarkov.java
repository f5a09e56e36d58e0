package io.github.fusedrnn.examples.tagging;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A hidden Markov model: the tag of a step depends on the tag before it, the word on the tag. What can be known of the
 * tags from the words can be computed, and nothing can know more: Rabiner 1989, forward-backward.
 *
 * @param start probability of each first tag
 * @param next {@code next[i][j]}: tag j follows tag i
 * @param emissions {@code emissions[i][w]}: tag i emits word w
 */
record HiddenMarkov(double[] start, double[][] next, double[][] emissions) {
    /** Words, and the tags that emitted them. */
    record Sentence(int[] words, int[] tags) {}

    int tags() {
        return start.length;
    }

    int words() {
        return emissions[0].length;
    }

    /** A sentence of the model. */
    Sentence draw(SplittableRandom random, int length) {
        int[] words = new int[length];
        int[] tags = new int[length];
        for (int t = 0; t < length; t++) {
            tags[t] = draw(random, t == 0 ? start : next[tags[t - 1]]);
            words[t] = draw(random, emissions[tags[t]]);
        }
        return new Sentence(words, tags);
    }

    /** A number drawn with these probabilities. */
    static int draw(SplittableRandom random, double[] probabilities) {
        double left = random.nextDouble();
        for (int i = 0; i < probabilities.length - 1; i++) {
            left -= probabilities[i];
            if (left < 0) {
                return i;
            }
        }
        return probabilities.length - 1;
    }

    /**
     * P(tag of step t | words), {@code [t][tag]}.
     *
     * @param future whether the words behind t count, too
     */
    double[][] posterior(int[] words, boolean future) {
        int t = words.length;
        double[][] forward = new double[t][];
        for (int i = 0; i < t; i++) {
            double[] now = new double[tags()];
            for (int j = 0; j < now.length; j++) {
                double prior = i == 0 ? start[j] : 0;
                for (int k = 0; i > 0 && k < now.length; k++) {
                    prior += forward[i - 1][k] * next[k][j];
                }
                now[j] = prior * emissions[j][words[i]];
            }
            forward[i] = normalised(now);
        }
        if (!future) {
            return forward;
        }
        double[] after = new double[tags()];
        Arrays.fill(after, 1);
        double[][] both = new double[t][];
        for (int i = t - 1; i >= 0; i--) {
            double[] now = new double[tags()];
            double[] before = new double[tags()];
            for (int j = 0; j < now.length; j++) {
                now[j] = forward[i][j] * after[j];
                for (int k = 0; k < now.length; k++) {
                    before[k] += next[k][j] * emissions[j][words[i]] * after[j];
                }
            }
            both[i] = normalised(now);
            after = normalised(before);
        }
        return both;
    }

    private static double[] normalised(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= sum;
        }
        return values;
    }
}
