package io.github.fusedrnn.cudnn.internal.dense;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowsByIdTest {
    @Test
    void groupsRowsByIdInRowOrder() {
        RowsById rows = RowsById.of(new int[] {7, 2, 7, 7, 0, 2});
        assertThat(rows.distinct()).isEqualTo(3);
        assertThat(rows.packed())
                .containsExactly(
                        7, 2, 0, // ids
                        0, 3, 5, 6, // where each one's rows start
                        0, 2, 3, 1, 5, 4); // rows
        assertThat(rows.startsAt()).isEqualTo(3);
        assertThat(rows.orderAt()).isEqualTo(7);
    }

    @Test
    void hasNothingForNoRows() {
        assertThat(RowsById.of(new int[0]).distinct()).isZero();
    }
}
