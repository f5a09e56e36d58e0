package io.github.fusedrnn.formats.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.layout.LayerLayout.Biases;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LayerLayoutTest {
    @Provide
    Arbitrary<LayerLayout> layouts() {
        return Arbitraries.of(LayerLayout.all());
    }

    /** Any bits at all: also NaN with a payload, infinities and negative zero must come back as they are. */
    private static float[] bits(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(8) == 0 ? -0f : Float.intBitsToFloat(random.nextInt());
        }
        return values;
    }

    private static int[] raw(float[] values) {
        int[] raw = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            raw[i] = Float.floatToRawIntBits(values[i]);
        }
        return raw;
    }

    private static int biasBlocks(LayerLayout layout) {
        int gates = layout.gates().size();
        return switch (layout.bias()) {
            case TWO -> 2 * gates;
            case ONE -> gates;
            case ONE_AND_CANDIDATE -> gates + 1;
        };
    }

    @Property
    void matricesComeBackToTheBitInBothDirections(
            @ForAll("layouts") LayerLayout layout,
            @ForAll @IntRange(min = 1, max = 9) int h,
            @ForAll @IntRange(min = 1, max = 9) int columns,
            @ForAll long seed) {
        float[] values = bits(seed, layout.gates().size() * h * columns);
        int[] before = raw(values);
        float[] canonical = layout.matrixToCanonical("w", values, h, columns);
        assertThat(raw(layout.matrixFromCanonical("w", canonical, h, columns))).isEqualTo(before);
        float[] foreign = layout.matrixFromCanonical("w", values, h, columns);
        assertThat(raw(layout.matrixToCanonical("w", foreign, h, columns))).isEqualTo(before);
        assertThat(raw(values)).as("the argument is not changed").isEqualTo(before);
    }

    @Property
    void storedBiasesComeBackToTheBit(
            @ForAll("layouts") LayerLayout layout, @ForAll @IntRange(min = 1, max = 9) int h, @ForAll long seed) {
        float[] stored = bits(seed, biasBlocks(layout) * h);
        float forget = layout.forgetBias() ? 1 : 0;
        Biases canonical = layout.biasToCanonical(stored, h, forget);
        assertThat(raw(layout.biasFromCanonical(canonical, h, forget))).isEqualTo(raw(stored));
    }

    @Property
    void peepholesComeBackToTheBitInBothDirections(
            @ForAll("layouts") LayerLayout layout, @ForAll @IntRange(min = 1, max = 9) int h, @ForAll long seed) {
        float[] values = bits(seed, 3 * h);
        if (layout.peepholes().isEmpty()) {
            assertThatThrownBy(() -> layout.peepholesToCanonical(values, h))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has none");
            return;
        }
        assertThat(raw(layout.peepholesFromCanonical(layout.peepholesToCanonical(values, h), h)))
                .isEqualTo(raw(values));
        assertThat(raw(layout.peepholesToCanonical(layout.peepholesFromCanonical(values, h), h)))
                .isEqualTo(raw(values));
    }

    /** Each element carries its gate, unit and column, so that a wrong order or a missing transpose shows. */
    @Test
    void everyElementLandsAtItsGateUnitAndColumn() {
        int h = 2;
        int columns = 3;
        for (LayerLayout layout : LayerLayout.all()) {
            int gates = layout.gates().size();
            float[] foreign = new float[gates * h * columns];
            for (int p = 0; p < gates; p++) {
                int gate = layout.cell().gates().indexOf(layout.gates().get(p));
                for (int j = 0; j < h; j++) {
                    for (int k = 0; k < columns; k++) {
                        int row = p * h + j;
                        int at = layout.orientation() == Orientation.GATES_BY_INPUT
                                ? row * columns + k
                                : k * gates * h + row;
                        foreign[at] = gate * 100 + j * 10 + k;
                    }
                }
            }
            float[] canonical = layout.matrixToCanonical("w", foreign, h, columns);
            for (int i = 0; i < canonical.length; i++) {
                int row = i / columns;
                assertThat(canonical[i])
                        .as("%s element %d", layout, i)
                        .isEqualTo(row / h * 100 + row % h * 10 + i % columns);
            }
        }
    }

    @Test
    void onnxGatesAreIOFCAndZRH() {
        assertThat(LayerLayout.of(Framework.ONNX, CellKind.LSTM).matrixToCanonical("W", new float[] {1, 2, 3, 4}, 1, 1))
                .containsExactly(1, 3, 4, 2);
        assertThat(LayerLayout.of(Framework.ONNX, CellKind.LSTM).peepholesToCanonical(new float[] {1, 2, 3}, 1))
                .containsExactly(1, 3, 2);
        assertThat(LayerLayout.of(Framework.ONNX, CellKind.GRU, ResetPlacement.BEFORE)
                        .matrixToCanonical("W", new float[] {1, 2, 3}, 1, 1))
                .containsExactly(2, 1, 3);
    }

    @Test
    void oneBiasBecomesTheInputBiasAndTheForgetBiasStaysApart() {
        Biases tf = LayerLayout.of(Framework.TF1, CellKind.LSTM).biasToCanonical(new float[] {1, 2, 3, 4}, 1, 1);
        assertThat(tf.input()).containsExactly(1, 3, 2, 4);
        assertThat(tf.recurrent()).containsExactly(0, 1, 0, 0);
        Biases lbr = LayerLayout.of(Framework.ONEDNN, CellKind.GRU).biasToCanonical(new float[] {1, 2, 3, 4}, 1, 0);
        assertThat(lbr.input()).containsExactly(2, 1, 3);
        assertThat(lbr.recurrent()).containsExactly(0, 0, 4);
    }

    @Test
    void twoBiasesBecomeTheirSumExceptTheCandidatesOwn() {
        Biases two = new Biases(new float[] {1, 2, 3}, new float[] {10, 20, 30});
        assertThat(LayerLayout.of(Framework.KERAS, CellKind.GRU, ResetPlacement.BEFORE)
                        .biasFromCanonical(two, 1, 0))
                .containsExactly(22, 11, 33);
        assertThat(LayerLayout.of(Framework.ONEDNN, CellKind.GRU).biasFromCanonical(two, 1, 0))
                .containsExactly(22, 11, 3, 30);
        Biases lstm = new Biases(new float[] {1, 2, 3, 4}, new float[] {10, 20, 30, 40});
        assertThat(LayerLayout.of(Framework.TF1, CellKind.LSTM).biasFromCanonical(lstm, 1, 1))
                .containsExactly(11, 33, 21, 44);
    }

    @Test
    void wrongSizesAndUnknownLayoutsAreRefused() {
        LayerLayout keras = LayerLayout.of(Framework.KERAS, CellKind.LSTM);
        assertThatThrownBy(() -> keras.matrixToCanonical("kernel", new float[7], 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kernel: 7 elements (expected: 4 * 1 * 2)");
        assertThatThrownBy(() -> keras.biasToCanonical(new float[4], Integer.MAX_VALUE, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> keras.biasToCanonical(new float[4], 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("forget");
        assertThatThrownBy(() -> LayerLayout.of(Framework.HASTE, CellKind.GRU))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HASTE LSTM");
    }
}
