package io.github.fusedrnn.examples.family;

import java.util.SplittableRandom;

/**
 * Stores patterns of ±1 as minima of an energy: W = 1/n Σ ξ ξᵀ with a zero diagonal (Hebb's rule), units are set one at a time to the
 * sign of Σ_j W[i, j] s[j], and E = −½ sᵀ W s never rises. Hopfield 1982, "Neural networks and physical systems with emergent collective
 * computational abilities". It has no input over time, so it is plain Java and not a layer of this library. Immutable after {@link #store}.
 */
public final class HopfieldNetwork {
    private final int units;
    private final double[][] weights;

    /** A network without patterns. */
    public HopfieldNetwork(int units) {
        this.units = units;
        this.weights = new double[units][units];
    }

    /**
     * Adds a pattern.
     *
     * @throws IllegalArgumentException if it is not one of {@code units} values ±1
     */
    public void store(int[] pattern) {
        check(pattern);
        for (int i = 0; i < units; i++) {
            for (int j = 0; j < units; j++) {
                if (i != j) {
                    weights[i][j] += (double) pattern[i] * pattern[j] / units;
                }
            }
        }
    }

    /** E = −½ sᵀ W s. */
    public double energy(int[] state) {
        double sum = 0;
        for (int i = 0; i < units; i++) {
            sum += state[i] * field(i, state);
        }
        return -0.5 * sum;
    }

    /**
     * Sets each unit once, in random order.
     *
     * @param state changed in place
     * @return whether any unit changed
     */
    public boolean sweep(int[] state, SplittableRandom random) {
        check(state);
        int[] order = new int[units];
        for (int i = 0; i < units; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        boolean changed = false;
        for (int i : order) {
            double field = field(i, state);
            if (field * state[i] < 0) {
                state[i] = -state[i];
                changed = true;
            }
        }
        return changed;
    }

    /** The fixed point that sweeps from a state reach. They reach one, since each change lowers E, which has finitely many values. */
    public int[] recall(int[] state, long seed) {
        int[] now = state.clone();
        SplittableRandom random = new SplittableRandom(seed);
        while (sweep(now, random)) {}
        return now;
    }

    private double field(int i, int[] state) {
        double sum = 0;
        for (int j = 0; j < units; j++) {
            sum += weights[i][j] * state[j];
        }
        return sum;
    }

    private void check(int[] pattern) {
        if (pattern.length != units) {
            throw new IllegalArgumentException("pattern: " + pattern.length + " values (expected: " + units + ")");
        }
        for (int value : pattern) {
            if (value != 1 && value != -1) {
                throw new IllegalArgumentException("pattern: value " + value + " (expected: 1 or -1)");
            }
        }
    }
}
