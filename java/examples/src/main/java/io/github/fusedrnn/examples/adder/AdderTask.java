package io.github.fusedrnn.examples.adder;

import io.github.fusedrnn.tensor.FloatTensor;
import java.util.SplittableRandom;

/**
 * Adding two numbers bit by bit: at step t the input is bit t of both numbers, low bit first, and the target is bit t
 * of their sum. To carry, a network has to remember one bit.
 */
final class AdderTask {
    /** Numbers are below this. */
    static final int LIMIT = 128;
    /** T: bits of a number and of the sum, which is below 2^8. */
    static final int BITS = 8;
    /** C: the two numbers. */
    static final int INPUTS = 2;
    /** All ordered pairs of numbers. */
    static final int PAIRS = LIMIT * LIMIT;

    private AdderTask() {}

    /** First number of a pair. */
    static int first(int pair) {
        return pair / LIMIT;
    }

    /** Second number of a pair. */
    static int second(int pair) {
        return pair % LIMIT;
    }

    /** What a pair adds up to. */
    static int sum(int pair) {
        return first(pair) + second(pair);
    }

    /** Random pairs, any of them more than once. */
    static int[] draw(SplittableRandom random, int count) {
        int[] pairs = new int[count];
        for (int i = 0; i < count; i++) {
            pairs[i] = random.nextInt(PAIRS);
        }
        return pairs;
    }

    /** Writes the bits of {@code pairs} into x {@code [BITS, N, 2]} and target {@code [BITS, N, 1]}. */
    static void encode(int[] pairs, FloatTensor x, FloatTensor target) {
        int n = pairs.length;
        float[] in = new float[BITS * n * INPUTS];
        float[] out = new float[BITS * n];
        for (int t = 0; t < BITS; t++) {
            for (int row = 0; row < n; row++) {
                in[(t * n + row) * INPUTS] = first(pairs[row]) >> t & 1;
                in[(t * n + row) * INPUTS + 1] = second(pairs[row]) >> t & 1;
                out[t * n + row] = sum(pairs[row]) >> t & 1;
            }
        }
        x.copyFrom(in);
        target.copyFrom(out);
    }

    /** The numbers that a prediction {@code [BITS, N, 1]} means: a bit is 1 from one half on. */
    static int[] decode(FloatTensor prediction) {
        float[] values = prediction.toArray();
        int n = values.length / BITS;
        int[] numbers = new int[n];
        for (int i = 0; i < values.length; i++) {
            if (values[i] >= 0.5f) {
                numbers[i % n] |= 1 << (i / n);
            }
        }
        return numbers;
    }

    /** A number's bits as people write them, high bit first. */
    static String bits(int number) {
        StringBuilder text = new StringBuilder();
        for (int t = BITS - 1; t >= 0; t--) {
            text.append(number >> t & 1);
        }
        return text.toString();
    }
}
