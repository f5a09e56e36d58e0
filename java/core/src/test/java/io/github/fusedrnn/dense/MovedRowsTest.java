package io.github.fusedrnn.dense;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The dense operations that move the states of streams. */
class MovedRowsTest {
    @ParameterizedTest
    @EnumSource(Target.class)
    void rowsGatheredAndScatteredKeepTheirBits(Target target) {
        target.require();
        DenseOps dense = target.backend().dense();
        int rows = 9;
        for (int cols : new int[] {1, 7, 33}) {
            try (FloatTensor table = FloatTensor.allocate(target.kind(), rows, cols);
                    FloatTensor moved = FloatTensor.allocate(target.kind(), 3, cols)) {
                for (int i = 0; i < rows * cols; i++) {
                    table.set(i, 1f / (i + 1));
                }
                float[] before = table.toArray();
                dense.gather(table, new int[] {8, 0, 3}, moved);
                dense.scatter(moved, new int[] {0, 3, 8}, table);
                float[] after = table.toArray();
                for (int r = 0; r < rows; r++) {
                    int from = r == 0 ? 8 : r == 3 ? 0 : r == 8 ? 3 : r;
                    for (int c = 0; c < cols; c++) {
                        assertThat(after[r * cols + c]).isEqualTo(before[from * cols + c]);
                    }
                }
            }
        }
    }
}
