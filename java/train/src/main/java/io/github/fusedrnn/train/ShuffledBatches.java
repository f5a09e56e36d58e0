package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.Arrays;

/**
 * Endless mini-batches of example numbers, in a new order in every epoch. The order is a function of (seed, epoch)
 * alone, so that a position (epoch, batch) is all that a checkpoint needs. One thread at a time.
 */
public final class ShuffledBatches {
    private final long seed;
    private final int batchSize;
    private final int batches;
    private final int[] order;
    private long epoch;
    private int batch;

    /**
     * A pipeline at {@link DataPosition#START}.
     *
     * @param examples number of examples
     * @param batchSize examples of a batch
     * @param keepLast whether an epoch's last batch may be smaller; if not, what does not fill a batch is left out of
     *     that epoch
     * @throws IllegalArgumentException if a number is not positive, or an epoch would have no batch
     */
    public ShuffledBatches(long seed, int examples, int batchSize, boolean keepLast) {
        Checks.positive("examples", examples);
        Checks.positive("batchSize", batchSize);
        Checks.argument(keepLast || batchSize <= examples, "batchSize", batchSize, "at most " + examples + " examples");
        this.seed = seed;
        this.batchSize = batchSize;
        this.batches = examples / batchSize + (keepLast && examples % batchSize > 0 ? 1 : 0);
        this.order = new int[examples];
        shuffle();
    }

    private void shuffle() {
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        Shuffle.inPlace(order, seed, epoch);
    }

    /** Batches of one epoch. */
    public int batchesPerEpoch() {
        return batches;
    }

    /** Position of the next batch. */
    public DataPosition position() {
        return new DataPosition(epoch, batch);
    }

    /**
     * Goes to a position.
     *
     * @throws IllegalArgumentException if an epoch has fewer batches
     */
    public void seek(DataPosition position) {
        Checks.argument(
                position.batch() < batches,
                "position",
                "batch " + position.batch(),
                "batch < " + batches + " of an epoch");
        boolean other = position.epoch() != epoch;
        epoch = position.epoch();
        batch = position.batch();
        if (other) {
            shuffle();
        }
    }

    /** The next batch's example numbers, a fresh array; after an epoch's last batch the next epoch begins. */
    public int[] next() {
        int from = batch * batchSize;
        int[] chosen = Arrays.copyOfRange(order, from, Math.min(from + batchSize, order.length));
        batch++;
        if (batch == batches) {
            batch = 0;
            epoch++;
            shuffle();
        }
        return chosen;
    }
}
