package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

abstract class EmbeddingContract extends BackendContract {
    private static final int[] IDS = {3, 0, 3, 6, 3, 1};

    EmbeddingContract(BackendKind backend) {
        super(backend);
    }

    private Embedding embedding() {
        return closing(Embedding.builder(7, 5).seed(1).backend(backend).build());
    }

    @Test
    void picksTheRowsOfItsIds() {
        Embedding embedding = embedding();
        FloatTensor y = zeros(3, 2, 5);
        embedding.forward(IDS, y);
        float[] table = embedding.weight().toArray();
        float[] rows = y.toArray();
        for (int r = 0; r < IDS.length; r++) {
            assertThat(Arrays.copyOfRange(rows, r * 5, r * 5 + 5))
                    .as("row %d", r)
                    .isEqualTo(Arrays.copyOfRange(table, IDS[r] * 5, IDS[r] * 5 + 5));
        }
    }

    @Test
    void gradientsMatchCentralDifferences() {
        Embedding embedding = embedding();
        float[] upstream = Numbers.random(2, IDS.length * 5);
        FloatTensor dy = tensor(upstream, 3, 2, 5);
        embedding.backward(IDS, dy);
        double[] expected = Numbers.centralDifferences(
                table -> {
                    double sum = 0;
                    for (int i = 0; i < upstream.length; i++) {
                        sum += upstream[i] * table[IDS[i / 5] * 5 + i % 5];
                    }
                    return sum;
                },
                Numbers.doubles(embedding.weight().toArray()));
        Numbers.assertClose("dTable", embedding.parameters().gradients().toArray(), expected, Numbers.tolerance(3));
        embedding.backward(IDS, dy);
        double[] twice = Arrays.stream(expected).map(g -> 2 * g).toArray();
        Numbers.assertClose("dTable, twice", embedding.parameters().gradients().toArray(), twice, Numbers.tolerance(6));
    }

    @Test
    void paddingIsZeroAndIsNotLearned() {
        Embedding embedding =
                closing(Embedding.builder(7, 5).padding(3).backend(backend).build());
        FloatTensor y = zeros(6, 5);
        embedding.forward(IDS, y);
        assertThat(y.slice(0, 1).toArray()).containsOnly(0);
        assertThat(y.slice(1, 1).toArray()).doesNotContain(0);
        embedding.backward(IDS, tensor(Numbers.random(2, 30), 6, 5));
        FloatTensor gradients = embedding.parameters().gradients().reshape(7, 5);
        assertThat(gradients.slice(3, 1).toArray()).containsOnly(0);
        assertThat(gradients.slice(6, 1).toArray()).doesNotContain(0);
    }

    @Test
    void refusesIdsOutsideTheTable() {
        Embedding embedding = embedding();
        FloatTensor y = zeros(2, 5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> embedding.forward(new int[] {1, 7}, y))
                .withMessageStartingWith("ids[1]: 7 (expected: 0 <= id < 7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> embedding.backward(new int[] {-1, 2}, y))
                .withMessageStartingWith("ids[0]: -1 (expected: 0 <= id < 7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> embedding.forward(new int[] {1, 2, 3}, y))
                .withMessage("y: [2, 5] (expected: 3 rows of 5, one row of D for each id)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> embedding.forward(new int[0], y))
                .withMessage("ids: none (expected: at least one)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Embedding.builder(7, 5).padding(7))
                .withMessage("padding: 7 (expected: 0 <= id < V = 7)");
        assertThat(y.toArray()).containsOnly(0);
    }

    @Test
    void saysWhenItIsClosed() {
        Embedding embedding = embedding();
        embedding.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> embedding.forward(new int[] {1}, zeros(1, 5)))
                .withMessage("Embedding 7 x 5 is closed");
    }
}
