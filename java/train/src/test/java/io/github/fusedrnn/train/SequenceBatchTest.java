package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SequenceBatchTest {
    @Test
    void padsInputsAndIgnoresTheirTargets() {
        SequenceBatch batch = SequenceBatch.of(
                3, List.of(new int[] {1, 2, 3}, new int[] {4}), List.of(new int[] {5, 6, 7}, new int[] {8}), 9);

        assertThat(batch.rows()).isEqualTo(2);
        assertThat(batch.inputs()).containsExactly(1, 4, 2, 9, 3, 9);
        assertThat(batch.targets()).containsExactly(5, 8, 6, -1, 7, -1);
        assertThat(batch.lengths()).containsExactly(3, 1);
    }

    @Test
    void targetsAreTheNextSymbols() {
        SequenceBatch batch = SequenceBatch.nextSymbols(2, List.of(new int[] {1, 2, 3}, new int[] {4}), 0);

        assertThat(batch.inputs()).containsExactly(1, 0, 2, 0);
        assertThat(batch.targets()).containsExactly(2, -1, 3, -1);
        assertThat(batch.lengths()).containsExactly(2, 0);
    }

    @Test
    void refusesWhatDoesNotFit() {
        List<int[]> three = List.of(new int[] {1, 2, 3});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SequenceBatch.of(2, three, three, 0))
                .withMessage("inputs: length 3 (expected: at most T = 2)");
        assertThatIllegalArgumentException().isThrownBy(() -> SequenceBatch.of(3, three, List.of(new int[2]), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> SequenceBatch.of(3, three, List.of(), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> SequenceBatch.of(3, List.of(), List.of(), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SequenceBatch.nextSymbols(3, List.of(new int[0]), 0))
                .withMessageContaining("an empty one");
    }
}
