package io.github.fusedrnn.examples.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.FusedRnn;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.tools.GradientFlow.Subject;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.TrainingOptions;
import io.github.fusedrnn.examples.training.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class GradientsCommandTest {
    private static final int UNITS = 8;

    @TempDir
    private Path folder;

    private static double[] norms(Subject subject, int steps, String... options) {
        LayerOptions where = new LayerOptions();
        CommandLine.populateCommand(where, options);
        return GradientFlow.norms(subject, steps, UNITS, where, 1);
    }

    /** |tanh'| ≤ 1, and a matrix that is orthogonal but for its gain g makes no vector longer than g times. */
    @Test
    void anRnnForgetsAtLeastAsFastAsItsGainSays() {
        double[] norms = norms(new Subject("", CellKind.RNN, 0.5, 0), 20);

        assertThat(norms[0]).isEqualTo(1);
        for (int k = 1; k < norms.length; k++) {
            // float32 rounds each of k products by a few parts in ten million
            assertThat(norms[k]).isPositive().isLessThanOrEqualTo(Math.pow(0.5, k) * (1 + k * 1e-5));
        }
    }

    @ParameterizedTest
    @CsvSource({"RNN, 1, 0", "LSTM, 1, 1", "GRU, 1, 1"})
    void theReferenceFindsTheSameNorms(CellKind cell, double gain, float bias) {
        Subject subject = new Subject("", cell, gain, bias);
        double[] here = norms(subject, 12);
        double[] there = norms(subject, 12, "--backend", "REFERENCE");

        for (int k = 0; k < here.length; k++) {
            assertThat(here[k]).isCloseTo(there[k], within(1e-4 * there[k]));
        }
    }

    @ParameterizedTest
    @CsvSource({"LSTM", "GRU"})
    void aGateThatRemembersCarriesTheGradientFarther(CellKind cell) {
        double forgetful = norms(new Subject("", cell, 1, 0), 60)[60];
        double mindful = norms(new Subject("", cell, 1, 4), 60)[60];

        assertThat(mindful).isGreaterThan(0.01).isGreaterThan(1e4 * forgetful);
    }

    @Test
    void drawsTheFlow() throws Exception {
        Path file = folder.resolve("flow.png");
        CommandRun run = CommandRun.of("gradients", "--steps", "20", "--curve", file.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("RNN, weights 2 orthogonal", "GRU, keep bias 4", "curve: ");
        assertThat(Files.size(file)).isPositive();
    }

    @Test
    void clippingKeepsDescentFromLeavingTheNumbers() {
        CommandRun run = CommandRun.of("gradients", "--part", "clipping", "--epochs", "1");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).containsPattern("not clipped: .* loss not finite after");
        assertThat(run.out()).containsPattern("clipped to 1.0: .* loss 0\\.\\d+ after 100 batches");
    }

    @ParameterizedTest
    @CsvSource({"clipping", "memory"})
    void stopsWhenItIsToldTo(String part) {
        CommandRun run = CommandRun.of("gradients", "--part", part, "--steps", "5", "--stop-after", "3");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(TrainingRun.INTERRUPTED);
    }

    @Test
    void advisesNoCheckpointWhereThereIsNothingToKeep() {
        try (TrainingRun run = new TrainingRun(
                FusedRnn.commandLine().getCommandSpec(),
                new TrainingOptions(),
                new LossCurve("", "", ""),
                "batches",
                0,
                9,
                null)) {
            assertThat(run.interruptionMessage(true))
                    .isEqualTo("interrupted at step 0 of 9: this part saves no checkpoint");
        }
    }

    @Test
    void theLossOfTheAddingProblemFalls() {
        CommandRun run =
                CommandRun.of("gradients", "--part", "memory", "--cells", "gru", "--steps", "10", "--epochs", "3");

        assertThat(run.exitCode()).as(run.err()).isZero();
        Matcher row = Pattern.compile("GRU +10 +([0-9.]+)").matcher(run.out());
        assertThat(row.find()).as(run.out()).isTrue();
        assertThat(Double.parseDouble(row.group(1))).isLessThan(AddingProblem.CONSTANT_ANSWER / 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--steps 3 | --steps: 3 (expected: 4 to 10000)",
                "--part magic | --part",
                "--cells tree | --cells",
                "--part memory --epochs 30000000 | --epochs: 3.0E7 (expected: at most 10000000)",
                "--lr 0 | --lr: 0.0 (expected: a number > 0)",
                "--save x.safetensors | (expected: no --save: this command has no model to save)",
                "--curve no/such/folder/a.svg | --curve: no/such/folder/a.svg",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = CommandRun.of(("gradients " + arguments).split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }
}
