package io.github.fusedrnn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.testing.Variants;
import io.github.fusedrnn.weights.ParameterSpec.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightLayoutTest {
    @Test
    void namesAndShapesArePyTorchs() {
        WeightLayout layout = WeightLayout.of(RecurrentConfig.lstm(3, 5)
                .projection(2)
                .layers(2)
                .bidirectional()
                .build());
        assertThat(layout.parameters().subList(0, 5).stream().map(spec -> spec.name() + spec.shape()))
                .containsExactly(
                        "weight_ih_l0[20, 3]",
                        "weight_hh_l0[20, 2]",
                        "bias_ih_l0[20]",
                        "bias_hh_l0[20]",
                        "weight_hr_l0[2, 5]");
        assertThat(layout.get("weight_ih_l1_reverse").shape()).containsExactly(20L, 4L);
        assertThat(layout.get("weight_ih_l1_reverse").layer()).isEqualTo(1);
        assertThat(layout.get("weight_ih_l1_reverse").direction()).isEqualTo(1);
        assertThat(layout.parameters()).hasSize(20);
    }

    @Test
    void summedDirectionsFeedTheNextLayerOnce() {
        WeightLayout layout = WeightLayout.of(
                RecurrentConfig.gru(3, 5).bidirectional(Merge.SUM).layers(2).build());
        assertThat(layout.get("weight_ih_l1").shape()).containsExactly(15L, 5L);
    }

    @Test
    void withoutBiasThereIsNone() {
        WeightLayout layout =
                WeightLayout.of(RecurrentConfig.rnn(5, 7).bias(false).build());
        assertThat(layout.parameters().stream().map(ParameterSpec::name))
                .containsExactly("weight_ih_l0", "weight_hh_l0");
        assertThat(layout.find(0, 0, Kind.BIAS_IH)).isNull();
        assertThat(layout.offsets()).containsExactly(0, 35, -1, -1, -1, -1);
    }

    @Test
    void parametersFollowOneAnotherWithoutGaps() {
        for (RecurrentConfig config : Variants.all().values()) {
            WeightLayout layout = WeightLayout.of(config);
            long offset = 0;
            for (ParameterSpec spec : layout.parameters()) {
                assertThat(spec.offset()).as(config + " " + spec).isEqualTo(offset);
                assertThat(layout.get(spec.name())).isSameAs(spec);
                assertThat(layout.find(spec.layer(), spec.direction(), spec.kind()))
                        .isSameAs(spec);
                offset += spec.size();
            }
            assertThat(layout.size()).isEqualTo(offset);
        }
    }

    @Test
    void saysWhichNamesThereAre() {
        WeightLayout layout =
                WeightLayout.of(RecurrentConfig.rnn(5, 7).bias(false).build());
        assertThatThrownBy(() -> layout.get("weight"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter: 'weight' (expected: one of [weight_ih_l0, weight_hh_l0])");
    }

    @Test
    void refusesSizesWhoseProductOverflows() {
        int huge = Integer.MAX_VALUE;
        RecurrentConfig config = RecurrentConfig.lstm(huge, huge).build();
        assertThatThrownBy(() -> WeightLayout.of(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("inputSize = 2147483647", "hiddenSize = 2147483647", "fits 63 bits");
    }

    @Test
    void aSpecOwnsItsShape() {
        List<Long> shape = new ArrayList<>(List.of(2L, 3L));
        ParameterSpec spec = new ParameterSpec("w", Kind.WEIGHT_IH, 0, 0, shape, 0);
        shape.set(0, 9L);
        assertThat(spec.size()).isEqualTo(6);
    }
}
