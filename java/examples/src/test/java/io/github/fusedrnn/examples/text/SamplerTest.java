package io.github.fusedrnn.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] SCORES = {1, 3, 2};

    private static int[] drawn(Sampler sampler) {
        int[] drawn = new int[3];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            drawn[sampler.draw(SCORES, random)]++;
        }
        return drawn;
    }

    @Test
    void temperatureBoundsTheChoice() {
        assertThat(new Sampler(0, 0).draw(SCORES, new SplittableRandom(1))).isEqualTo(1);
        assertThat(new Sampler(1e-3, 0).draw(SCORES, new SplittableRandom(1))).isEqualTo(1);
        int[] drawn = drawn(new Sampler(1, 0));
        // softmax of 1, 3, 2 is 0.0900, 0.6652, 0.2447; one standard deviation is at most 48 of 10,000
        assertThat(drawn[0]).isBetween(900 - 240, 900 + 240);
        assertThat(drawn[1]).isBetween(6652 - 240, 6652 + 240);
    }

    @Test
    void onlyTheLikeliestAreDrawn() {
        int[] drawn = drawn(new Sampler(1, 2));
        // softmax of 3 and 2 is 0.7311, 0.2689; one standard deviation is 44 of 10,000
        assertThat(drawn[0]).isZero();
        assertThat(drawn[1]).isBetween(7311 - 220, 7311 + 220);
        assertThat(drawn(new Sampler(5, 1))).containsExactly(0, 10_000, 0);
        assertThat(drawn(new Sampler(1, 7))).isEqualTo(drawn(new Sampler(1, 0)));
    }
}
