package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class StreamBatchesTest {
    @Test
    void cutsStreamsIntoWindows() {
        StreamBatches batches =
                new StreamBatches(IntStream.range(0, 12).toArray(), 2, 3); // 11 / 2 = 5 steps for each stream
        assertThat(batches.windowsPerEpoch()).isEqualTo(2);
        StreamBatches.Window first = batches.next();
        assertThat(first.steps()).isEqualTo(3);
        assertThat(first.first()).isTrue();
        assertThat(first.inputs()).containsExactly(0, 5, 1, 6, 2, 7);
        assertThat(first.targets()).containsExactly(1, 6, 2, 7, 3, 8);
        StreamBatches.Window second = batches.next();
        assertThat(second.steps()).isEqualTo(2);
        assertThat(second.first()).isFalse();
        assertThat(second.inputs()).containsExactly(3, 8, 4, 9);
        assertThat(second.targets()).containsExactly(4, 9, 5, 10);
        assertThat(batches.position()).isEqualTo(new DataPosition(1, 0));
        assertThat(batches.next().inputs()).isEqualTo(first.inputs());
    }

    @Property(tries = 100)
    void everyStreamIsContiguous(
            @ForAll @IntRange(min = 2, max = 200) int size,
            @ForAll @IntRange(min = 1, max = 20) int rows,
            @ForAll @IntRange(min = 1, max = 30) int steps) {
        Assume.that(size > rows);
        StreamBatches batches = new StreamBatches(IntStream.range(0, size).toArray(), rows, steps);
        int length = (size - 1) / rows;
        int seen = 0;
        for (int w = 0; w < batches.windowsPerEpoch(); w++) {
            StreamBatches.Window window = batches.next();
            for (int t = 0; t < window.steps(); t++) {
                for (int n = 0; n < rows; n++) {
                    assertThat(window.inputs()[t * rows + n]).isEqualTo(n * length + seen + t);
                    assertThat(window.targets()[t * rows + n]).isEqualTo(n * length + seen + t + 1);
                }
            }
            seen += window.steps();
        }
        assertThat(seen).isEqualTo(length);
    }

    @Test
    void goesOnFromAnyPosition() {
        StreamBatches batches = new StreamBatches(IntStream.range(0, 30).toArray(), 3, 4);
        for (int i = 0; i < 8; i++) {
            StreamBatches resumed = new StreamBatches(IntStream.range(0, 30).toArray(), 3, 4);
            resumed.seek(batches.position());
            assertThat(resumed.next().inputs()).isEqualTo(batches.next().inputs());
        }
    }

    @Test
    void refusesTooFewSymbols() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StreamBatches(new int[3], 3, 1))
                .withMessageStartingWith("symbols: 3 symbols (expected: at least rows + 1 = 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StreamBatches(new int[3], 1, 0))
                .withMessage("steps: 0 (expected: an integer >= 1)");
    }
}
