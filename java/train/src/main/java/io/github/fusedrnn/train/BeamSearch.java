package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Beam search over a model that gives log-probabilities of the next symbol: of all extensions of the {@code width} best
 * hypotheses, the {@code width} best are kept. Width 1 is greedy decoding. Immutable, free to share.
 *
 * @param width hypotheses that are kept
 * @param end the symbol that ends a sequence
 * @param maxLength symbols of a result without {@code end}, which is all that may follow then
 */
public record BeamSearch(int width, int end, int maxLength) {
    /** Refuses numbers that are not positive. */
    public BeamSearch {
        Checks.positive("width", width);
        Checks.argument(end >= 0, "end", end, "an integer >= 0");
        Checks.positive("maxLength", maxLength);
    }

    /** A model with state: one row for each open hypothesis. */
    @FunctionalInterface
    public interface Model {
        /**
         * Advances by one symbol.
         *
         * @param parents row i continues row {@code parents[i]} of the call before; {0} in the first call
         * @param symbols the symbols just chosen; in the first call -1, for the start
         * @return log-probabilities of all symbols {@code [rows][symbols]}
         */
        float[][] next(int[] parents, int[] symbols);
    }

    /**
     * A sequence.
     *
     * @param symbols without the end
     * @param logProbability of the symbols and the end; natural logarithm
     */
    public record Hypothesis(List<Integer> symbols, double logProbability) {
        /** Copies the symbols. */
        public Hypothesis {
            symbols = List.copyOf(symbols);
        }
    }

    private record Candidate(int row, int symbol, double logProbability) {}

    /** The best sequences, best first, at most {@code width}. */
    public List<Hypothesis> search(Model model) {
        List<Hypothesis> live = List.of(new Hypothesis(List.of(), 0));
        List<Hypothesis> done = new ArrayList<>();
        int[] parents = {0};
        int[] symbols = {-1};
        for (int step = 0; step <= maxLength && !live.isEmpty() && !settled(done, live); step++) {
            List<Candidate> best = best(live, model.next(parents, symbols), step == maxLength);
            List<Hypothesis> next = new ArrayList<>();
            List<Candidate> kept = new ArrayList<>();
            for (Candidate candidate : best) {
                List<Integer> prefix = live.get(candidate.row).symbols();
                if (candidate.symbol == end) {
                    done.add(new Hypothesis(prefix, candidate.logProbability));
                } else {
                    List<Integer> longer = new ArrayList<>(prefix);
                    longer.add(candidate.symbol);
                    next.add(new Hypothesis(longer, candidate.logProbability));
                    kept.add(candidate);
                }
            }
            live = next;
            parents = kept.stream().mapToInt(Candidate::row).toArray();
            symbols = kept.stream().mapToInt(Candidate::symbol).toArray();
        }
        done.sort(Comparator.comparingDouble(Hypothesis::logProbability).reversed());
        return List.copyOf(done.subList(0, Math.min(width, done.size())));
    }

    private List<Candidate> best(List<Hypothesis> live, float[][] logProbabilities, boolean mustEnd) {
        List<Candidate> all = new ArrayList<>();
        for (int row = 0; row < live.size(); row++) {
            float[] likely = logProbabilities[row];
            for (int symbol = mustEnd ? end : 0; symbol < (mustEnd ? end + 1 : likely.length); symbol++) {
                all.add(new Candidate(row, symbol, live.get(row).logProbability() + likely[symbol]));
            }
        }
        all.sort(Comparator.comparingDouble(Candidate::logProbability).reversed());
        return all.subList(0, Math.min(width, all.size()));
    }

    /** Whether no open hypothesis can become better than the {@code width} best that have ended. */
    private boolean settled(List<Hypothesis> done, List<Hypothesis> live) {
        if (done.size() < width) {
            return false;
        }
        double open =
                live.stream().mapToDouble(Hypothesis::logProbability).max().orElse(Double.NEGATIVE_INFINITY);
        return done.stream()
                        .mapToDouble(Hypothesis::logProbability)
                        .filter(ended -> ended >= open)
                        .count()
                >= width;
    }
}
