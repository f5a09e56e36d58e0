package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * N sequences of symbols side by side, padded to T steps, with the symbols that a model should answer: the tags of the
 * inputs, or, in teacher forcing, the inputs one step later. Behind a row's length the input is the padding symbol and
 * the target {@link SoftmaxCrossEntropy#IGNORED}, which losses leave out.
 *
 * @param steps T
 * @param rows N
 * @param inputs {@code inputs[t * N + n]}
 * @param targets in the same order
 * @param lengths valid steps of each row; null = T for all
 */
public record SequenceBatch(int steps, int rows, int[] inputs, int[] targets, int @Nullable [] lengths) {
    /**
     * Pads sequences of different lengths.
     *
     * @param steps T
     * @param inputs one sequence for each row, each of at most T symbols
     * @param targets one for each row, each as long as its input
     * @param padding input symbol behind a row's end
     * @throws IllegalArgumentException if there is no row, a sequence is too long, or a target has another length
     */
    public static SequenceBatch of(int steps, List<int[]> inputs, List<int[]> targets, int padding) {
        Checks.positive("steps", steps);
        int rows = inputs.size();
        Checks.argument(rows >= 1, "inputs", "none", "at least one sequence");
        Checks.argument(targets.size() == rows, "targets", targets.size() + " sequences", rows + ", as inputs");
        int[] lengths = new int[rows];
        for (int n = 0; n < rows; n++) {
            lengths[n] = inputs.get(n).length;
            Checks.argument(lengths[n] <= steps, "inputs", "length " + lengths[n], "at most T = " + steps);
            Checks.argument(
                    targets.get(n).length == lengths[n],
                    "targets",
                    "length " + targets.get(n).length,
                    lengths[n] + ", as its input");
        }
        return new SequenceBatch(
                steps,
                rows,
                timeMajor(steps, inputs, padding),
                timeMajor(steps, targets, SoftmaxCrossEntropy.IGNORED),
                lengths);
    }

    /**
     * A batch in which each symbol's target is the one that follows it in its sequence; the last one is only a target.
     *
     * @param sequences one for each row, each of 1 to T + 1 symbols
     * @throws IllegalArgumentException if there is no row, or a sequence is empty or too long
     */
    public static SequenceBatch nextSymbols(int steps, List<int[]> sequences, int padding) {
        for (int[] sequence : sequences) {
            Checks.argument(sequence.length >= 1, "sequences", "an empty one", "at least one symbol");
        }
        return of(
                steps,
                sequences.stream().map(s -> Arrays.copyOf(s, s.length - 1)).toList(),
                sequences.stream().map(s -> Arrays.copyOfRange(s, 1, s.length)).toList(),
                padding);
    }

    /** {@code [t * N + n]} of rows that are padded to T steps. */
    public static int[] timeMajor(int steps, List<int[]> rows, int padding) {
        int n = rows.size();
        int[] all = new int[Math.multiplyExact(steps, n)];
        Arrays.fill(all, padding);
        for (int row = 0; row < n; row++) {
            int[] symbols = rows.get(row);
            for (int t = 0; t < symbols.length; t++) {
                all[t * n + row] = symbols[t];
            }
        }
        return all;
    }
}
