package io.github.fusedrnn.examples.adder;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdderTaskTest {
    @Test
    void putsTheLowBitFirst() {
        int pair = 5 * AdderTask.LIMIT + 3; // 101 + 011 = 1000
        try (FloatTensor x = tensor(1, 2);
                FloatTensor target = tensor(1, 1)) {
            AdderTask.encode(new int[] {pair}, x, target);

            assertThat(x.toArray()).startsWith(1, 1, 0, 1, 1, 0, 0, 0);
            assertThat(target.toArray()).containsExactly(0, 0, 0, 1, 0, 0, 0, 0);
        }
    }

    @Test
    void readsEverySumBack() {
        int[] pairs = IntStream.range(0, AdderTask.PAIRS).toArray();
        try (FloatTensor x = tensor(pairs.length, 2);
                FloatTensor target = tensor(pairs.length, 1)) {
            AdderTask.encode(pairs, x, target);

            assertThat(AdderTask.decode(target))
                    .containsExactly(Arrays.stream(pairs).map(AdderTask::sum).toArray());
        }
    }

    @Test
    void writesBitsAsPeopleDo() {
        assertThat(AdderTask.bits(6)).isEqualTo("00000110");
    }

    @Test
    void drawsTheSamePairsFromTheSameSeed() {
        int[] drawn = AdderTask.draw(new SplittableRandom(3), 1_000);

        assertThat(drawn).isEqualTo(AdderTask.draw(new SplittableRandom(3), 1_000));
        assertThat(Arrays.stream(drawn).distinct().count()).isGreaterThan(900);
        assertThat(Arrays.stream(drawn).allMatch(pair -> pair >= 0 && pair < AdderTask.PAIRS))
                .isTrue();
    }

    private static FloatTensor tensor(int rows, int width) {
        return FloatTensor.allocate(BackendKind.REFERENCE, AdderTask.BITS, rows, width);
    }
}
