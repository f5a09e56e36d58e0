package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class ShuffledBatchesTest {
    private static List<Integer> epoch(ShuffledBatches batches) {
        List<Integer> all = new ArrayList<>();
        for (int b = 0; b < batches.batchesPerEpoch(); b++) {
            Arrays.stream(batches.next()).forEach(all::add);
        }
        return all;
    }

    @Property(tries = 100)
    void everyEpochHoldsEveryExampleOnce(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 40) int examples,
            @ForAll @IntRange(min = 1, max = 50) int size) {
        ShuffledBatches batches = new ShuffledBatches(seed, examples, size, true);
        for (int e = 0; e < 3; e++) {
            assertThat(batches.position()).isEqualTo(new DataPosition(e, 0));
            assertThat(epoch(batches))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, examples).boxed().toList());
        }
    }

    @Test
    void dropsWhatDoesNotFillABatch() {
        ShuffledBatches batches = new ShuffledBatches(1, 10, 4, false);
        assertThat(batches.batchesPerEpoch()).isEqualTo(2);
        assertThat(epoch(batches)).doesNotHaveDuplicates().hasSize(8);
        ShuffledBatches whole = new ShuffledBatches(1, 10, 4, true);
        assertThat(List.of(whole.next().length, whole.next().length, whole.next().length))
                .containsExactly(4, 4, 2);
    }

    @Test
    void orderIsAFunctionOfSeedAndEpoch() {
        ShuffledBatches first = new ShuffledBatches(7, 50, 10, true);
        ShuffledBatches second = new ShuffledBatches(7, 50, 10, true);
        List<Integer> zero = epoch(first);
        List<Integer> one = epoch(first);
        assertThat(one).isNotEqualTo(zero);
        second.seek(new DataPosition(1, 0));
        assertThat(epoch(second)).isEqualTo(one);
        assertThat(epoch(new ShuffledBatches(8, 50, 10, true)))
                .isNotEqualTo(zero)
                .isNotEqualTo(one);
    }

    @Test
    void goesOnFromAnyPosition() {
        ShuffledBatches batches = new ShuffledBatches(7, 20, 3, true);
        for (int i = 0; i < 17; i++) {
            ShuffledBatches resumed = new ShuffledBatches(7, 20, 3, true);
            resumed.seek(batches.position());
            assertThat(resumed.next()).as("batch %d", i).isEqualTo(batches.next());
            assertThat(resumed.position()).isEqualTo(batches.position());
        }
    }

    @Test
    void refusesNumbersThatDoNotDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ShuffledBatches(1, 3, 4, false))
                .withMessage("batchSize: 4 (expected: at most 3 examples)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ShuffledBatches(1, 0, 4, true))
                .withMessage("examples: 0 (expected: an integer >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ShuffledBatches(1, 8, 4, true).seek(new DataPosition(0, 2)))
                .withMessage("position: batch 2 (expected: batch < 2 of an epoch)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DataPosition(-1, 0))
                .withMessage("position: epoch -1, batch 0 (expected: numbers >= 0)");
    }
}
