package io.github.fusedrnn.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GradientCheckTest {
    static Stream<Arguments> layers() {
        return Stream.of(
                layer("rnn relu", () -> Rnn.builder(3, 4)
                        .activations(Activation.RELU)
                        .backend(BackendKind.REFERENCE)
                        .build()),
                layer("lstm everything", () -> Lstm.builder(3, 5)
                        .layers(2)
                        .bidirectional()
                        .projection(2)
                        .peepholes(true)
                        .cellClip(0.5f)
                        .dropout(0.3f)
                        .dropoutSeed(5)
                        .batchMajor(true)
                        .backend(BackendKind.REFERENCE)
                        .build()),
                layer("gru before", () -> Gru.builder(2, 3)
                        .reset(ResetPlacement.BEFORE)
                        .layers(2)
                        .backend(BackendKind.REFERENCE)
                        .build()));
    }

    private static Arguments layer(String name, Supplier<RecurrentLayer> layer) {
        return Arguments.of(name, layer);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layers")
    void passesOnTheReferenceItself(String name, Supplier<RecurrentLayer> supplier) {
        long before = Backends.liveBytes(BackendKind.REFERENCE);
        try (RecurrentLayer layer = supplier.get()) {
            GradientCheck check =
                    GradientCheck.of(layer).random(4, 3, new int[] {2, 0, 4}).dropoutCall(7);
            long call = layer.dropoutCalls();
            GradientReport reference = check.againstReference();
            GradientReport differences = check.againstCentralDifferences();
            assertThat(reference.passed()).as(reference.toString()).isTrue();
            assertThat(differences.passed()).as(differences.toString()).isTrue();
            assertThat(reference.tensors()).extracting(TensorError::tensor).contains("y", "hn", "grad.x", "grad.h0");
            assertThat(differences.tensors())
                    .extracting(TensorError::tensor)
                    .contains("grad.x", "grad.h0", "grad.weight_hh_l0");
            assertThat(layer.dropoutCalls()).as("dropout call number").isEqualTo(call);
        }
        assertThat(Backends.liveBytes(BackendKind.REFERENCE)).as("live bytes").isEqualTo(before);
    }

    @Test
    void usesTheCallersDataAndLeavesItAlone() {
        try (Lstm layer = Lstm.builder(2, 3).backend(BackendKind.REFERENCE).build();
                FloatTensor x = layer.newInput(2, 1).copyFrom(new float[] {0.1f, -0.2f, 0.3f, 0.4f});
                RecurrentState in = layer.newState(1);
                FloatTensor dy = layer.newOutput(2, 1).copyFrom(new float[] {1, 2, 3, 4, 5, 6});
                RecurrentState dState = layer.newState(1)) {
            in.h().fill(0.5f);
            float[] xBefore = x.toArray();
            GradientReport report = GradientCheck.of(layer)
                    .input(x, null, in)
                    .upstream(dy, dState)
                    .maxElements(Long.MAX_VALUE)
                    .againstCentralDifferences();
            assertThat(report.passed()).as(report.toString()).isTrue();
            assertThat(report.tensors().get(0).compared()).isEqualTo(4);
            assertThat(x.toArray()).containsExactly(xBefore);
        }
    }

    /** Float32 rounding is an error when none is allowed: the report says where, and both values. */
    @Test
    void failsWithPlaceAndValues() {
        try (Gru layer = Gru.builder(2, 3).backend(BackendKind.REFERENCE).build()) {
            GradientReport report = GradientCheck.of(layer).tolerance(0).againstReference();
            assertThat(report.passed()).isFalse();
            TensorError worst = report.worst().orElseThrow();
            assertThat(worst.actual()).isNotEqualTo(worst.expected());
            assertThat(worst.worstIndex()).hasSize(worst.shape().size());
            assertThat(report.toString()).contains("FAILED", "GRU on REFERENCE against the reference");
        }
    }

    @Test
    void limitsTheElementsOfEachTensor() {
        try (Gru layer = Gru.builder(4, 6).backend(BackendKind.REFERENCE).build()) {
            GradientReport report = GradientCheck.of(layer).maxElements(5).againstCentralDifferences();
            assertThat(report.tensors()).allSatisfy(error -> assertThat(error.compared() + error.skipped())
                    .isEqualTo(5));
        }
    }

    /** However few are drawn, the element with the largest gradient is among them: errors are relative to it. */
    @Test
    void aSampleHoldsTheLargestGradient() {
        try (Gru layer = Gru.builder(4, 6).backend(BackendKind.REFERENCE).build()) {
            GradientReport one = GradientCheck.of(layer).maxElements(1).againstCentralDifferences();
            GradientReport all =
                    GradientCheck.of(layer).maxElements(Long.MAX_VALUE).againstCentralDifferences();
            assertThat(one.passed()).as(one.toString()).isTrue();
            assertThat(all.passed()).as(all.toString()).isTrue();
            // float32 rounding of the largest element is at most 2^-24 of it, plus the central difference's own error
            assertThat(one.tensors())
                    .allSatisfy(error -> assertThat(error.relativeError()).isLessThan(0x1p-24 + 1e-7));
        }
    }

    @Test
    void refusesNonsense() {
        try (Rnn layer = Rnn.builder(1, 1).backend(BackendKind.REFERENCE).build()) {
            assertThatThrownBy(() -> GradientCheck.of(layer).random(0, 1))
                    .hasMessage("steps, rows: 0, 1 (expected: both >= 1)");
            assertThatThrownBy(() -> GradientCheck.of(layer).maxElements(0))
                    .hasMessage("maxElements: 0 (expected: an integer >= 1)");
            assertThatThrownBy(() -> GradientCheck.of(layer).tolerance(Double.NaN))
                    .hasMessage("tolerance: NaN (expected: a number >= 0)");
        }
    }
}
