package io.github.fusedrnn.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Family;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CasesTest {
    @Test
    void noCaseOccursTwice() {
        assertThat(Cases.all()).doesNotHaveDuplicates();
        assertThat(Cases.all().stream().map(CaseSpec::label)).doesNotHaveDuplicates();
    }

    @Test
    void everyFamilyHasEveryCell() {
        for (Family family : Family.values()) {
            assertThat(Cases.all().stream()
                            .filter(spec -> spec.family() == family)
                            .map(CaseSpec::cell))
                    .as(family.label())
                    .contains(CellKind.values());
        }
    }

    @Test
    void stepsCoverEverySizeAndTheOddOnes() {
        List<Integer> sizes = Cases.all().stream()
                .filter(spec -> spec.family() == Family.STEP && spec.cell() == CellKind.GRU)
                .map(CaseSpec::hiddenSize)
                .toList();

        assertThat(sizes).contains(64, 128, 256, 512, 1024, 200, 321);
    }

    @Test
    void lengthsDescendFromTheLongestAndAverageHalf() {
        CaseSpec spec = new CaseSpec(Family.LENGTHS, CellKind.LSTM, 50, 32, 8, 8, 1);

        int[] lengths = RandomData.of(spec).lengths();

        assertThat(lengths).hasSize(32).startsWith(50);
        assertThat(IntStream.range(1, 32).allMatch(i -> lengths[i] <= lengths[i - 1]))
                .isTrue();
        assertThat(Arrays.stream(lengths).average().orElseThrow()).isBetween(24.5, 26.0);
    }

    @Test
    void dataAreTheSameEachTime() {
        CaseSpec spec = new CaseSpec(Family.TRAINING, CellKind.GRU, 3, 2, 5, 4, 2);

        CaseData once = RandomData.of(spec);
        CaseData again = RandomData.of(spec);

        assertThat(again.x()).containsExactly(once.x());
        assertThat(again.dy()).containsExactly(once.dy());
        assertThat(again.weights().get("weight_hh_l1"))
                .containsExactly(once.weights().get("weight_hh_l1"));
    }
}
