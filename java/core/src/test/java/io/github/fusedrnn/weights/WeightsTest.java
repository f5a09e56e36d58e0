package io.github.fusedrnn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WeightsTest {
    private final Lstm layer =
            Lstm.builder(2, 3).backend(BackendKind.REFERENCE).seed(5).build();

    @AfterEach
    void close() {
        layer.close();
    }

    @Test
    void copiesOut() {
        float[] values = layer.weights().get("weight_ih_l0");
        values[0] = 99;
        assertThat(layer.weights().get("weight_ih_l0")[0]).isNotEqualTo(99);
        assertThat(layer.weights().toMap().keySet())
                .containsExactlyElementsOf(layer.weights().names());
    }

    @Test
    void updateWritesInPlaceAndRaisesTheVersion() {
        long before = layer.weights().version();
        layer.weights().update(w -> {
            assertThat(w.get("weight_hh_l0").dims()).containsExactly(12, 3);
            w.get("bias_hh_l0").fill(2);
            assertThat(w.all().size()).isEqualTo(layer.weights().layout().size());
        });
        assertThat(layer.weights().get("bias_hh_l0")).containsOnly(2);
        assertThat(layer.weights().version()).isEqualTo(before + 1);
    }

    @Test
    void aFailedUpdateRaisesTheVersionToo() {
        long before = layer.weights().version();
        assertThatThrownBy(() -> layer.weights().update(w -> {
                    w.get("bias_hh_l0").set(0, 7);
                    throw new IllegalStateException("half way");
                }))
                .hasMessage("half way");
        assertThat(layer.weights().version()).isEqualTo(before + 1);
        assertThat(layer.weights().get("bias_hh_l0")[0]).isEqualTo(7);
    }

    @Test
    void aChangeShowsInTheNextCall() {
        try (FloatTensor x = layer.newInput(1, 1);
                FloatTensor y = layer.newOutput(1, 1)) {
            layer.infer(x, null, null, y, null);
            float[] before = y.toArray();
            layer.weights().update(w -> w.all().fill(0.5f));
            layer.infer(x, null, null, y, null);
            assertThat(y.toArray()).isNotEqualTo(before);
        }
    }

    @Test
    void theLayerRefusesCallsFromInsideAnUpdate() {
        Map<String, float[]> values = layer.weights().toMap();
        try (FloatTensor x = layer.newInput(1, 1)) {
            for (Runnable call :
                    List.<Runnable>of(() -> layer.infer(x), () -> layer.replaceWeights(values), layer::close)) {
                assertThatThrownBy(() -> layer.weights().update(w -> call.run()))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("inside update");
            }
            layer.infer(x).close();
        }
    }

    @Test
    void aReplacementRefusedBecauseAViewIsInUseChangesNothing() {
        Map<String, float[]> values = layer.weights().toMap();
        AtomicReference<FloatTensor> view = new AtomicReference<>();
        layer.weights().update(w -> view.set(w.all()));
        TensorAccess.storage(view.get()).acquire();
        try {
            assertThatThrownBy(() -> layer.replaceWeights(values))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use");
        } finally {
            TensorAccess.storage(view.get()).release();
        }
        layer.replaceWeights(values);
        assertThat(layer.weights().get("weight_ih_l0")).containsExactly(values.get("weight_ih_l0"));
    }

    @Test
    void replacingPublishesAWholeVersion() {
        Map<String, float[]> values = layer.weights().toMap();
        values.put("bias_ih_l0", new float[12]);
        long before = layer.weights().version();
        layer.replaceWeights(values);
        values.get("bias_ih_l0")[0] = 4;
        assertThat(layer.weights().get("bias_ih_l0")).containsOnly(0);
        assertThat(layer.weights().version()).isGreaterThan(before);
    }

    @Test
    void aViewKeptBeyondReplacementIsClosed() {
        AtomicReference<FloatTensor> kept = new AtomicReference<>();
        layer.weights().update(w -> kept.set(w.get("bias_ih_l0")));
        layer.replaceWeights(layer.weights().toMap());
        assertThatThrownBy(() -> kept.get().fill(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("weights is closed");
    }

    @Test
    void theSameSeedGivesTheSameWeights() {
        try (Lstm same = Lstm.builder(2, 3)
                        .backend(BackendKind.REFERENCE)
                        .seed(5)
                        .build();
                Lstm other = Lstm.builder(2, 3)
                        .backend(BackendKind.REFERENCE)
                        .seed(6)
                        .build()) {
            assertThat(same.weights().get("weight_ih_l0"))
                    .containsExactly(layer.weights().get("weight_ih_l0"));
            assertThat(other.weights().get("weight_ih_l0"))
                    .isNotEqualTo(layer.weights().get("weight_ih_l0"));
        }
    }
}
