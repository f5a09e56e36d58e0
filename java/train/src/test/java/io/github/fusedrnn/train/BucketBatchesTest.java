package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class BucketBatchesTest {
    private static final int[] BUCKETS = {3, 5, 9};

    private static int[] lengths(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] lengths = new int[count];
        Arrays.setAll(lengths, i -> random.nextInt(12));
        return lengths;
    }

    @Property(tries = 100)
    void everyEpochHoldsEverySequenceThatFitsOnceInTheSmallestBucket(
            @ForAll long seed,
            @ForAll @IntRange(min = 20, max = 60) int count,
            @ForAll @IntRange(min = 1, max = 7) int size) {
        int[] lengths = lengths(seed, count);
        BucketBatches batches = new BucketBatches(seed, lengths, BUCKETS, size, true);
        for (int epoch = 0; epoch < 2; epoch++) {
            List<Integer> seen = new ArrayList<>();
            for (int b = batches.batchesPerEpoch(); b > 0; b--) {
                BucketBatches.Batch batch = batches.next();
                assertThat(batch.examples().length).isBetween(1, size);
                for (int example : batch.examples()) {
                    assertThat(batch.steps()).isEqualTo(lengths[example] <= 3 ? 3 : lengths[example] <= 5 ? 5 : 9);
                    seen.add(example);
                }
            }
            assertThat(batches.position()).isEqualTo(new DataPosition(epoch + 1, 0));
            assertThat(seen).doesNotHaveDuplicates().hasSize(count - batches.dropped());
        }
        assertThat(batches.dropped())
                .isEqualTo((int) Arrays.stream(lengths).filter(l -> l > 9).count());
    }

    @Property(tries = 50)
    void goesOnFromAPosition(@ForAll long seed, @ForAll @IntRange(max = 30) int skipped) {
        int[] lengths = lengths(5, 40);
        BucketBatches one = new BucketBatches(seed, lengths, BUCKETS, 4, false);
        for (int i = 0; i < skipped; i++) {
            one.next();
        }
        BucketBatches other = new BucketBatches(seed, lengths, BUCKETS, 4, false);
        other.seek(one.position());
        for (int i = 0; i < 20; i++) {
            BucketBatches.Batch expected = one.next();
            BucketBatches.Batch found = other.next();
            assertThat(found.steps()).isEqualTo(expected.steps());
            assertThat(found.examples()).containsExactly(expected.examples()).hasSize(4);
        }
    }

    @Test
    void mixesTheBuckets() {
        int[] lengths = lengths(1, 400);
        BucketBatches batches = new BucketBatches(1, lengths, BUCKETS, 4, true);
        List<Integer> steps = new ArrayList<>();
        for (int b = batches.batchesPerEpoch(); b > 0; b--) {
            steps.add(batches.next().steps());
        }
        assertThat(steps).isNotEqualTo(steps.stream().sorted().toList()).contains(3, 5, 9);
    }

    @Test
    void refusesWrongArguments() {
        int[] lengths = {1, 2, 30};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BucketBatches(1, lengths, new int[] {5, 5}, 1, true))
                .withMessageContaining("buckets: [5, 5] (expected: positive lengths, ascending)");
        assertThatIllegalArgumentException().isThrownBy(() -> new BucketBatches(1, lengths, new int[0], 1, true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BucketBatches(1, lengths, new int[] {20}, 3, false))
                .withMessageContaining("3 sequences in buckets [20] (expected: enough for one batch of 3)");
        BucketBatches batches = new BucketBatches(1, lengths, new int[] {20}, 1, false);
        assertThatIllegalArgumentException().isThrownBy(() -> batches.seek(new DataPosition(0, 2)));
    }
}
