package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.train.Adam;
import io.github.fusedrnn.train.GradientClip;
import io.github.fusedrnn.train.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Regular languages of zeros and ones, for training recognizers. A network reads a string one-hot, one symbol per step, and answers with its
 * first unit after the last symbol: above one half, the string belongs to the language.
 */
public enum RegularLanguage {
    /** An even number of ones: two states, and every symbol matters at any length. */
    EVEN_ONES(5, string -> ones(string) % 2 == 0),
    /** No three zeros in a row: Tomita's fourth language (1982). */
    NO_THREE_ZEROS(8, string -> longestZeros(string) < 3);

    private static final float LEARNING_RATE = 0.02f;

    private final int trainingLength;
    private final Predicate<int[]> belongs;

    RegularLanguage(int trainingLength, Predicate<int[]> belongs) {
        this.trainingLength = trainingLength;
        this.belongs = belongs;
    }

    private static int ones(int[] string) {
        int count = 0;
        for (int symbol : string) {
            count += symbol;
        }
        return count;
    }

    private static int longestZeros(int[] string) {
        int longest = 0;
        int run = 0;
        for (int symbol : string) {
            run = symbol == 0 ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    /** Length of the longest training strings: long enough to see every transition often, short enough to learn from. */
    public int trainingLength() {
        return trainingLength;
    }

    /**
     * Trains a network on all strings of 1 to {@link #trainingLength()} symbols in random order, with an update after each, for several passes.
     *
     * @return passes until all of them were answered right, by a margin; −1 if {@code passes} were not enough
     */
    public int train(StateNetwork network, int passes, long seed) {
        List<int[]> strings = new ArrayList<>();
        for (int length = 1; length <= trainingLength; length++) {
            for (int bits = 0; bits < 1 << length; bits++) {
                strings.add(string(bits, length));
            }
        }
        Random random = new Random(seed);
        Parameters parameters = network.parameters();
        try (Adam adam = Adam.builder(parameters).learningRate(LEARNING_RATE).build()) {
            for (int pass = 1; pass <= passes; pass++) {
                double worst = 0;
                Collections.shuffle(strings, random);
                for (int[] string : strings) {
                    float[] @Nullable [] targets = new float[string.length][];
                    targets[string.length - 1] = new float[] {belongs.test(string) ? 1 : 0};
                    parameters.zeroGradients();
                    worst = Math.max(worst, Unrolled.lossAndGradients(network, oneHot(string), targets));
                    GradientClip.byGlobalNorm(parameters, 1);
                    adam.step();
                }
                // half the square of an error of 0.2
                if (worst < 0.02) {
                    return pass;
                }
            }
        }
        return -1;
    }

    /** Share of random strings of one length that a network answers right. */
    public double accuracy(StateNetwork network, int length, int strings, long seed) {
        Random random = new Random(seed);
        int right = 0;
        for (int i = 0; i < strings; i++) {
            int[] string = random.ints(length, 0, 2).toArray();
            float[][] states = Unrolled.states(network, oneHot(string));
            if (states[length - 1][0] > 0.5f == belongs.test(string)) {
                right++;
            }
        }
        return (double) right / strings;
    }

    private static int[] string(int bits, int length) {
        int[] string = new int[length];
        for (int i = 0; i < length; i++) {
            string[i] = bits >> i & 1;
        }
        return string;
    }

    private static float[][] oneHot(int[] string) {
        float[][] x = new float[string.length][2];
        for (int t = 0; t < string.length; t++) {
            x[t][string[t]] = 1;
        }
        return x;
    }
}
