package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Endless mini-batches of sequences of about the same length, so that little of a batch is padding: every sequence goes
 * into the smallest bucket that holds it, a batch is filled from one bucket, and sequences longer than the largest
 * bucket are left out and counted. Each epoch has a new order, inside the buckets and of the batches, which is a
 * function of (seed, epoch) alone, so that a position (epoch, batch) is all that a checkpoint needs.
 *
 * <p>One thread at a time.
 */
public final class BucketBatches {
    private final long seed;
    private final int batchSize;
    private final boolean keepLast;
    private final int[] buckets;
    private final List<int[]> members = new ArrayList<>();
    private final int dropped;
    private List<Batch> order = List.of();
    private long epoch;
    private int batch;

    /**
     * One batch.
     *
     * @param steps length of its bucket: T to pad to
     * @param examples numbers of the sequences
     */
    public record Batch(int steps, int[] examples) {}

    /**
     * A pipeline at {@link DataPosition#START}.
     *
     * @param lengths of all sequences; copied
     * @param buckets lengths of the buckets, ascending; copied
     * @param batchSize sequences of a batch
     * @param keepLast whether a bucket's last batch may be smaller; if not, what does not fill a batch is left out of
     *     that epoch
     * @throws IllegalArgumentException if the buckets do not ascend, a number is not positive, or an epoch would have
     *     no batch
     */
    public BucketBatches(long seed, int[] lengths, int[] buckets, int batchSize, boolean keepLast) {
        Checks.argument(buckets.length >= 1, "buckets", "none", "at least one");
        for (int b = 0; b < buckets.length; b++) {
            Checks.argument(
                    buckets[b] > (b == 0 ? 0 : buckets[b - 1]),
                    "buckets",
                    Arrays.toString(buckets),
                    "positive lengths, ascending");
        }
        this.seed = seed;
        Checks.positive("batchSize", batchSize);
        this.batchSize = batchSize;
        this.keepLast = keepLast;
        this.buckets = buckets.clone();
        List<List<Integer>> filled = new ArrayList<>();
        for (int b = 0; b < buckets.length; b++) {
            filled.add(new ArrayList<>());
        }
        int tooLong = 0;
        for (int example = 0; example < lengths.length; example++) {
            int found = Arrays.binarySearch(buckets, lengths[example]);
            int bucket = found >= 0 ? found : -found - 1;
            if (bucket < buckets.length) {
                filled.get(bucket).add(example);
            } else {
                tooLong++;
            }
        }
        this.dropped = tooLong;
        filled.forEach(examples ->
                members.add(examples.stream().mapToInt(Integer::intValue).toArray()));
        arrange();
        Checks.argument(
                !order.isEmpty(),
                "lengths",
                lengths.length + " sequences in buckets " + Arrays.toString(buckets),
                "enough for one batch of " + batchSize);
    }

    private void arrange() {
        List<Batch> batches = new ArrayList<>();
        for (int b = 0; b < buckets.length; b++) {
            int[] chosen = members.get(b).clone();
            // One more stream of numbers than there are buckets: the last one is for the order of the batches.
            Shuffle.inPlace(chosen, seed + 0x9E3779B97F4A7C15L * (b + 1), epoch);
            int end = keepLast ? chosen.length : chosen.length - chosen.length % batchSize;
            for (int from = 0; from < end; from += batchSize) {
                batches.add(new Batch(buckets[b], Arrays.copyOfRange(chosen, from, Math.min(from + batchSize, end))));
            }
        }
        int[] numbers = new int[batches.size()];
        Arrays.setAll(numbers, i -> i);
        Shuffle.inPlace(numbers, seed, epoch);
        order = Arrays.stream(numbers).mapToObj(batches::get).toList();
    }

    /** Sequences that are longer than the largest bucket. */
    public int dropped() {
        return dropped;
    }

    /** Sequences of a bucket, by its place in the list of buckets. */
    public int size(int bucket) {
        return members.get(bucket).length;
    }

    /** Batches of one epoch. */
    public int batchesPerEpoch() {
        return order.size();
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
                position.batch() < order.size(),
                "position",
                "batch " + position.batch(),
                "batch < " + order.size() + " of an epoch");
        boolean other = position.epoch() != epoch;
        epoch = position.epoch();
        batch = position.batch();
        if (other) {
            arrange();
        }
    }

    /** The next batch; after an epoch's last one the next epoch begins. */
    public Batch next() {
        Batch chosen = order.get(batch);
        batch++;
        if (batch == order.size()) {
            batch = 0;
            epoch++;
            arrange();
        }
        return chosen;
    }
}
