package io.github.fusedrnn.examples.adder;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.CommandRun;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdderCommandTest {
    private static final Pattern LOSS = Pattern.compile("loss on all pairs ([0-9.]+)");

    /** The settings, steps and limits of the published run; its losses decide about the exit code. */
    @Test
    void reachesThePublishedLosses() {
        CommandRun run = CommandRun.of("adder", "--seed", "2");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("2 x LSTM of 20 units", "forget bias 1", "adam at 0.001", "mean squared error", "batch 64")
                .contains("(published: 0.01290)", "(published: 0.00079)")
                .contains("at least as good as the published run")
                .contains("exact sums: 16384 of 16384 pairs");
    }

    @Test
    void learnsWithTheFromScratchNetwork() {
        CommandRun run = CommandRun.of(
                "adder", "--cell", "rnn", "--activation", "sigmoid", "--hidden", "16", "--no-bias", "--seeds", "1");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains(
                        "1 x RNN (sigmoid) of 16 units, no biases",
                        "uniform in [-1, 1)",
                        "sgd at 0.1",
                        "batch 1, 10000 steps");
        // without a carry bit the loss cannot fall below 0.1, and seeds 1 to 3 end below 0.003
        assertThat(lastLoss(run)).isLessThan(0.01);
    }

    @Test
    void ignoranceCostsAQuarter() {
        // p = 1/2 everywhere has a mean squared error of 1/4
        CommandRun run =
                CommandRun.of("adder", "--backend", "reference", "--seed", "1", "--steps", "1", "--batch", "2");

        assertThat(run.exitCode()).isZero();
        assertThat(lastLoss(run)).isBetween(0.2, 0.35);
        assertThat(run.out()).contains("backend reference").doesNotContain("published");
    }

    @Test
    void saysWhenTheLossIsNoNumber() {
        CommandRun run = CommandRun.of(
                "adder", "--seed", "1", "--cell", "rnn", "--activation", "relu", "--lr", "1e30", "--steps", "200");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("the loss is NaN at step").contains("a smaller --lr may help");
    }

    @Test
    void repeatsItselfWithASeed() {
        String[] arguments = {"adder", "--seed", "5", "--steps", "30", "--report", "10", "--dropout", "0.3"};

        assertThat(withoutTimes(CommandRun.of(arguments))).isEqualTo(withoutTimes(CommandRun.of(arguments)));
    }

    @Test
    void dropoutChangesTheTraining() {
        CommandRun without = CommandRun.of("adder", "--seed", "5", "--steps", "30");
        CommandRun with = CommandRun.of("adder", "--seed", "5", "--steps", "30", "--dropout", "0.5");

        assertThat(lastLoss(with)).isNotEqualTo(lastLoss(without));
    }

    @Test
    void runsOncePerSeed() {
        CommandRun run = CommandRun.of("adder", "--seeds", "7,8", "--steps", "2", "--cell", "gru");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("seed 7,", "seed 8,").contains("2 x GRU of 20 units");
    }

    @Test
    void takesTheOtherDefaultsForARnn() {
        AdderSettings rnn = AdderSettings.defaults(CellKind.RNN);

        assertThat(rnn.bias()).isFalse();
        assertThat(rnn.hidden()).isEqualTo(16);
        assertThat(rnn.steps()).isEqualTo(10_000);
        assertThat(AdderSettings.defaults(CellKind.LSTM).bias()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--steps 0 | --steps: 0 (expected: an integer >= 1)",
                "--hidden -3 | --hidden: -3 (expected: an integer >= 1)",
                "--batch 0 | --batch: 0 (expected: an integer >= 1)",
                "--dropout 1 | --dropout: 1.0 (expected: 0 <= P < 1)",
                "--lr 0 | --lr: 0.0 (expected: a number > 0)",
                "--lr NaN | --lr: NaN (expected: a number > 0)",
                "--threads 0 | --threads: 0 (expected: an integer, 1 to 1024)",
                "--activation tanh | --activation: tanh (expected: only with --cell rnn)",
                "--cell rnn --activation elu | --activation: elu (expected: sigmoid, tanh or relu)",
                "--cell mgu | --cell",
                "--seeds one | --seeds",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = CommandRun.of(("adder " + arguments).split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    private static double lastLoss(CommandRun run) {
        Matcher matcher = LOSS.matcher(run.out());
        double loss = Double.NaN;
        while (matcher.find()) {
            loss = Double.parseDouble(matcher.group(1));
        }
        return loss;
    }

    private static String withoutTimes(CommandRun run) {
        return run.out().replaceAll("trained in [0-9.]+ s", "");
    }
}
