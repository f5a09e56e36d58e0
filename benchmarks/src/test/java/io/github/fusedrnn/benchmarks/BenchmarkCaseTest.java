package io.github.fusedrnn.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BenchmarkCaseTest {
    private static LayerCase layerCase(CellKind cell, String shape, String runner) {
        return new LayerCase(cell, Shape.of(shape), runner, 2);
    }

    @ParameterizedTest
    @CsvSource({"packed, T3_N5_C7_H9_L2_D2", "openblas, T3_N5_C7_H9_L2_D2", "packed, T1_N1_C20_H33_L1"})
    void everyCellPassesItsCheck(String runner, String shape) {
        for (CellKind cell : CellKind.values()) {
            assertThatCode(() -> {
                        try (InferenceCase inference = new InferenceCase(layerCase(cell, shape, runner), null)) {
                            inference.infer();
                            inference.inferByLayer();
                        }
                        try (TrainingCase training = new TrainingCase(layerCase(cell, shape, runner))) {
                            training.step();
                        }
                    })
                    .as("%s, %s, %s", cell, shape, runner)
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @EnumSource
    void lengthsPassTheCheck(CellKind cell) {
        assertThatCode(() -> new InferenceCase(
                                layerCase(cell, "T6_N4_C7_H9_L1_D2", "packed"), VariableLengthBenchmark.half(6, 4))
                        .close())
                .doesNotThrowAnyException();
    }

    @Test
    void casesReleaseTheirMemory() {
        long before = Backends.liveBytes(BackendKind.CPU);
        new InferenceCase(layerCase(CellKind.LSTM, "T3_N5_C7_H9_L2_D2", "packed"), null).close();
        new TrainingCase(layerCase(CellKind.LSTM, "T3_N5_C7_H9_L2_D2", "packed")).close();
        assertThat(Backends.liveBytes(BackendKind.CPU)).isEqualTo(before);
    }

    @Test
    void aWrongValueFailsABenchmark() {
        Deviation limit = new Deviation("case", 1e-3);
        float[] expected = {1, -100, 3};
        limit.require("y", new float[] {1.09f, -100, 3}, expected);
        assertThatThrownBy(() -> limit.require("y", new float[] {1.2f, -100, 3}, expected))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("case", "y", "largest value 100");
        assertThatThrownBy(() -> limit.require("y", new float[] {Float.NaN, -100, 3}, expected))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> limit.require("y", new float[] {1, -100}, expected))
                .isInstanceOf(IllegalStateException.class);
    }
}
