package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.train.BeamSearch.Hypothesis;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BeamSearchTest {
    private static final int SYMBOLS = 4;
    private static final int END = 0;
    private static final int LONGEST = 4;

    /** A model whose next symbol depends on all symbols before it: a hash of them seeds the draw. */
    private static final class Memory implements BeamSearch.Model {
        private final long seed;
        private List<List<Integer>> rows = List.of(List.of());

        Memory(long seed) {
            this.seed = seed;
        }

        @Override
        public float[][] next(int[] parents, int[] symbols) {
            List<List<Integer>> after = new ArrayList<>();
            for (int i = 0; i < parents.length; i++) {
                List<Integer> row = new ArrayList<>(rows.get(parents[i]));
                row.add(symbols[i]);
                after.add(row);
            }
            rows = after;
            return rows.stream().map(this::logProbabilities).toArray(float[][]::new);
        }

        float[] logProbabilities(List<Integer> said) {
            SplittableRandom random = new SplittableRandom(seed * 31 + said.hashCode());
            double[] weights = random.doubles(SYMBOLS, 0.05, 1).toArray();
            double sum = 0;
            for (double weight : weights) {
                sum += weight;
            }
            float[] logs = new float[SYMBOLS];
            for (int i = 0; i < SYMBOLS; i++) {
                logs[i] = (float) Math.log(weights[i] / sum);
            }
            return logs;
        }

        /** Every sequence and its probability. */
        void all(List<Integer> said, double logProbability, List<Hypothesis> to) {
            List<Integer> withStart = new ArrayList<>(List.of(-1));
            withStart.addAll(said);
            float[] next = logProbabilities(withStart);
            to.add(new Hypothesis(said, logProbability + next[END]));
            if (said.size() < LONGEST) {
                for (int symbol = 1; symbol < SYMBOLS; symbol++) {
                    List<Integer> longer = new ArrayList<>(said);
                    longer.add(symbol);
                    all(longer, logProbability + next[symbol], to);
                }
            }
        }
    }

    @Test
    void aWideBeamFindsTheLikeliestOfAllSequences() {
        for (long seed = 0; seed < 20; seed++) {
            List<Hypothesis> all = new ArrayList<>();
            new Memory(seed).all(List.of(), 0, all);
            all.sort(Comparator.comparingDouble(Hypothesis::logProbability).reversed());

            int everything = all.size();
            List<Hypothesis> found = new BeamSearch(everything, END, LONGEST).search(new Memory(seed));

            assertThat(found)
                    .extracting(Hypothesis::symbols)
                    .isEqualTo(all.stream().map(Hypothesis::symbols).toList());
            assertThat(found.get(0).logProbability()).isCloseTo(all.get(0).logProbability(), within(1e-12));
        }
    }

    @Test
    void widthOneIsGreedy() {
        for (long seed = 0; seed < 20; seed++) {
            Memory model = new Memory(seed);
            List<Integer> said = new ArrayList<>(List.of(-1));
            double sum = 0;
            while (true) {
                float[] next = model.logProbabilities(said);
                int best = END;
                if (said.size() <= LONGEST) {
                    for (int symbol = 1; symbol < SYMBOLS; symbol++) {
                        best = next[symbol] > next[best] ? symbol : best;
                    }
                }
                sum += next[best];
                if (best == END) {
                    break;
                }
                said.add(best);
            }

            List<Hypothesis> found = new BeamSearch(1, END, LONGEST).search(new Memory(seed));

            assertThat(found).containsExactly(new Hypothesis(said.subList(1, said.size()), sum));
        }
    }

    @Test
    void givesItsResultsBestFirst() {
        List<Hypothesis> found = new BeamSearch(3, END, LONGEST).search(new Memory(7));

        assertThat(found)
                .hasSize(3)
                .isSortedAccordingTo(
                        Comparator.comparingDouble(Hypothesis::logProbability).reversed());
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BeamSearch(0, END, 3))
                .withMessage("width: 0 (expected: an integer >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BeamSearch(1, -1, 3))
                .withMessageContaining("end: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BeamSearch(1, END, 0))
                .withMessageContaining("maxLength: 0");
    }
}
