package io.github.fusedrnn.examples.tagging;

import java.util.SplittableRandom;

/**
 * Melodies of sixteen notes in the form A A B A: a bar of four notes, again, another bar, and the first one again. In a
 * bar each note depends on the one before it, in a way that is the style's own. How unlikely a melody is is known, so
 * the mean over many is the lowest loss that any model can have.
 *
 * @param first {@code first[style][note]}: probability of a bar's first note
 * @param next {@code next[style][i][j]}: note j follows note i
 */
record Melodies(double[][] first, double[][][] next) {
    static final int NOTES = 8;
    static final int BAR = 4;
    static final int LENGTH = 4 * BAR;
    /** Spread of the log probabilities of the next note: a larger number makes melodies easier to predict. */
    private static final double SPREAD = 2;

    int styles() {
        return first.length;
    }

    /** Styles drawn at random: probabilities proportional to e^(2 normal). */
    static Melodies draw(int styles, SplittableRandom random) {
        double[][] first = new double[styles][];
        double[][][] next = new double[styles][NOTES][];
        for (int style = 0; style < styles; style++) {
            first[style] = probabilities(random);
            for (int note = 0; note < NOTES; note++) {
                next[style][note] = probabilities(random);
            }
        }
        return new Melodies(first, next);
    }

    private static double[] probabilities(SplittableRandom random) {
        double[] values = new double[NOTES];
        double sum = 0;
        for (int i = 0; i < NOTES; i++) {
            values[i] = Math.exp(SPREAD * random.nextGaussian());
            sum += values[i];
        }
        for (int i = 0; i < NOTES; i++) {
            values[i] /= sum;
        }
        return values;
    }

    /** A melody. */
    int[] melody(int style, SplittableRandom random) {
        int[] notes = new int[LENGTH];
        for (int t = 0; t < LENGTH; t++) {
            boolean again = t / BAR == 1 || t / BAR == 3;
            notes[t] = again
                    ? notes[t % BAR]
                    : HiddenMarkov.draw(random, t % BAR == 0 ? first[style] : next[style][notes[t - 1]]);
        }
        return notes;
    }

    /** −log P(melody | style) in nats; infinite if the melody does not have the form. */
    double surprise(int style, int... notes) {
        double sum = 0;
        for (int t = 0; t < LENGTH; t++) {
            if (t / BAR == 1 || t / BAR == 3) {
                sum += notes[t] == notes[t % BAR] ? 0 : Double.POSITIVE_INFINITY;
            } else {
                sum -= Math.log(t % BAR == 0 ? first[style][notes[t]] : next[style][notes[t - 1]][notes[t]]);
            }
        }
        return sum;
    }
}
