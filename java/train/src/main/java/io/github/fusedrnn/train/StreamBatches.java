package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;

/**
 * A long sequence of symbols, such as the characters of a text, cut into N streams that run side by side, window after
 * window of at most T steps: truncated backpropagation through time. The state at a window's end is the state at the
 * next one's start; where {@link Window#first()} is true, it is reset. Targets are the symbols one step later. Of S
 * symbols, stream n has those from n · ((S − 1) / N) on; at most N − 1 symbols at the end are not used.
 *
 * <p>One thread at a time.
 */
public final class StreamBatches {
    private final int[] symbols;
    private final int rows;
    private final int steps;
    private final int length;
    private final int windows;
    private long epoch;
    private int window;

    /**
     * A pipeline at {@link DataPosition#START}.
     *
     * @param symbols the whole sequence; copied
     * @param rows N: streams
     * @param steps T: steps of a window; the last one of an epoch may have fewer
     * @throws IllegalArgumentException if there are fewer than N + 1 symbols
     */
    public StreamBatches(int[] symbols, int rows, int steps) {
        Checks.positive("rows", rows);
        Checks.positive("steps", steps);
        Checks.argument(
                symbols.length > rows,
                "symbols",
                symbols.length + " symbols",
                "at least rows + 1 = " + ((long) rows + 1) + ", one step for each stream and the last target");
        this.symbols = symbols.clone();
        this.rows = rows;
        this.steps = steps;
        this.length = (symbols.length - 1) / rows;
        this.windows = (int) (((long) length + steps - 1) / steps);
    }

    /**
     * One window of all streams.
     *
     * @param steps T of this window
     * @param rows N
     * @param inputs {@code inputs[t * N + n]}
     * @param targets the symbols one step later, in the same order
     * @param first whether the streams begin here, and with them the state
     */
    public record Window(int steps, int rows, int[] inputs, int[] targets, boolean first) {
        /** The same as a batch of which every step is valid. */
        public SequenceBatch batch() {
            return new SequenceBatch(steps, rows, inputs, targets, null);
        }
    }

    /** Windows of one epoch. */
    public int windowsPerEpoch() {
        return windows;
    }

    /** Position of the next window. */
    public DataPosition position() {
        return new DataPosition(epoch, window);
    }

    /**
     * Goes to a position; the recurrent state is the caller's to restore.
     *
     * @throws IllegalArgumentException if an epoch has fewer windows
     */
    public void seek(DataPosition position) {
        Checks.argument(
                position.batch() < windows,
                "position",
                "window " + position.batch(),
                "window < " + windows + " of an epoch");
        epoch = position.epoch();
        window = position.batch();
    }

    /** The next window, in fresh arrays; after the last one the streams begin again. */
    public Window next() {
        int start = window * steps;
        int t = Math.min(steps, length - start);
        int[] inputs = new int[t * rows];
        int[] targets = new int[t * rows];
        for (int n = 0; n < rows; n++) {
            int from = n * length + start;
            for (int i = 0; i < t; i++) {
                inputs[i * rows + n] = symbols[from + i];
                targets[i * rows + n] = symbols[from + i + 1];
            }
        }
        Window result = new Window(t, rows, inputs, targets, window == 0);
        window++;
        if (window == windows) {
            window = 0;
            epoch++;
        }
        return result;
    }
}
