package io.github.fusedrnn.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.reference.ReferenceGradients;
import io.github.fusedrnn.internal.reference.ReferenceNetwork;
import io.github.fusedrnn.testing.ErrorTable;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.Variants;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference's gradients against central differences: every cell, every option, every tensor. */
class CentralDifferencesTest {
    private static final int STEPS = 4;
    private static final int ROWS = 3;
    private static final ErrorTable TABLE =
            new ErrorTable("reference against central differences: worst error relative to the tensor's largest value");

    static Collection<String> variants() {
        return Variants.names();
    }

    @AfterAll
    static void printTable() {
        System.out.println(TABLE);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void agreesWithLengthsAndStates(String variant) {
        RecurrentConfig config = Variants.all().get(variant);
        RandomCalls random = new RandomCalls(variant.hashCode());
        SequenceInput input = SequenceInput.of(STEPS, ROWS, random.x(config, STEPS, ROWS))
                .withLengths(random.lengths(STEPS, ROWS))
                .withState(random.h(config, ROWS), config.hasCellState() ? random.c(config, ROWS) : null);
        GradientReport report = check(config, random, input);
        record(variant, report);
        assertThat(report.passed()).as(report.toString()).isTrue();
        // a check that skips nearly everything would show nothing
        assertThat(report.skipped()).as(report.toString()).isLessThan(report.compared() / 4);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void agreesForOneStepOfOneRow(String variant) {
        RecurrentConfig config = Variants.all().get(variant);
        RandomCalls random = new RandomCalls(~variant.hashCode());
        GradientReport report = check(config, random, SequenceInput.of(1, 1, random.x(config, 1, 1)));
        assertThat(report.passed()).as(report.toString()).isTrue();
    }

    private static GradientReport check(RecurrentConfig config, RandomCalls random, SequenceInput input) {
        int t = input.steps();
        int n = input.rows();
        LayerCall call = new LayerCall(
                new ReferenceNetwork(config),
                random.weights(config),
                input,
                new LossSum(random.y(config, t, n), random.h(config, n), random.c(config, n)),
                true,
                17,
                4);
        CentralDifferences differences = new CentralDifferences(call, Long.MAX_VALUE, 0, 0);
        ReferenceGradients gradients = call.backward(differences.base());
        return differences.check(config.toString(), gradients);
    }

    private static void record(String variant, GradientReport report) {
        for (TensorError error : report.tensors()) {
            String column = error.tensor()
                    .replaceFirst("_l\\d+(_reverse)?$", "")
                    .replace("weight", "w")
                    .replace("grad.", "");
            TABLE.add(variant, column.replace("bias", "b"), error.relativeError());
        }
    }

    /** Relu exactly at its kink has no derivative: the element is skipped and counted, not compared. */
    @Test
    void skipsAndCountsElementsAtKinks() {
        RecurrentConfig config = RecurrentConfig.rnn(1, 1)
                .bias(false)
                .activations(Activation.RELU)
                .build();
        GradientReport report = gradients(config, new double[] {1, 1}, new double[] {0}, null);
        TensorError x = report.tensors().get(0);
        assertThat(x.tensor()).isEqualTo("grad.x");
        assertThat(x.skipped()).isEqualTo(1);
        assertThat(x.compared()).isZero();
    }

    /** Nine steps from the kink is too near, eleven is far enough. */
    @Test
    void skipsWithinTenStepsOnly() {
        RecurrentConfig config = RecurrentConfig.rnn(1, 1)
                .bias(false)
                .activations(Activation.RELU)
                .build();
        double step = 0x1p-17;
        assertThat(gradients(config, new double[] {1, 1}, new double[] {9 * step}, null)
                        .tensors()
                        .get(0)
                        .skipped())
                .isEqualTo(1);
        assertThat(gradients(config, new double[] {1, 1}, new double[] {11 * step}, null)
                        .tensors()
                        .get(0)
                        .skipped())
                .isZero();
    }

    /** A wrong gradient must be found, with tensor, element and both values. */
    @Test
    void findsAWrongGradient() {
        RecurrentConfig config = RecurrentConfig.lstm(2, 3).build();
        RandomCalls random = new RandomCalls(5);
        LayerCall call = new LayerCall(
                new ReferenceNetwork(config),
                random.weights(config),
                SequenceInput.of(2, 2, random.x(config, 2, 2)),
                new LossSum(random.y(config, 2, 2), null, null));
        CentralDifferences differences = new CentralDifferences(call, Long.MAX_VALUE, 0, 0);
        ReferenceGradients gradients = call.backward(differences.base());
        int element = 7;
        gradients.dweights()[element] += 1;
        GradientReport report = differences.check("broken", gradients);
        assertThat(report.passed()).isFalse();
        TensorError worst = report.worst().orElseThrow();
        assertThat(worst.tensor()).isEqualTo("grad.weight_ih_l0");
        assertThat(worst.worstIndex()).containsExactly(3L, 1L);
        assertThat(worst.actual() - worst.expected()).isBetween(0.999, 1.001);
        assertThat(report.toString()).contains("weight_ih_l0", "[3, 1]", "FAILED");
    }

    /** A gradient that is not a number is never within a tolerance. */
    @Test
    void findsNotANumber() {
        RecurrentConfig config = RecurrentConfig.gru(1, 1).build();
        RandomCalls random = new RandomCalls(6);
        LayerCall call = new LayerCall(
                new ReferenceNetwork(config),
                random.weights(config),
                SequenceInput.of(1, 1, random.x(config, 1, 1)),
                new LossSum(random.y(config, 1, 1), null, null));
        CentralDifferences differences = new CentralDifferences(call, Long.MAX_VALUE, 0, 0);
        ReferenceGradients gradients = call.backward(differences.base());
        gradients.dx()[0] = Double.NaN;
        assertThat(differences.check("broken", gradients).passed()).isFalse();
    }

    /** A network that computes nothing but NaN has no right gradient, and nothing of it counts as skipped. */
    @Test
    void failsWhereTheLossIsNotANumber() {
        RecurrentConfig config = RecurrentConfig.rnn(1, 1).bias(false).build();
        GradientReport report = gradients(config, new double[] {Double.NaN, 1}, new double[] {0.5}, null);
        assertThat(report.passed()).isFalse();
        assertThat(report.skipped()).isZero();
    }

    private static GradientReport gradients(
            RecurrentConfig config, double[] weights, double[] x, double @Nullable [] h0) {
        LayerCall call = new LayerCall(
                new ReferenceNetwork(config),
                weights,
                SequenceInput.of(1, 1, x).withState(h0, null),
                new LossSum(new double[] {1}, null, null));
        CentralDifferences differences = new CentralDifferences(call, Long.MAX_VALUE, 0, 0);
        return differences.check("relu", call.backward(differences.base()));
    }
}
