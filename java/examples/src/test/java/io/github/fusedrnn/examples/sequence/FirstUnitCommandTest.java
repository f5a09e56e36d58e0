package io.github.fusedrnn.examples.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.examples.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstUnitCommandTest {
    private static final Pattern LOSS = Pattern.compile("^ +\\d+  (\\d\\.\\d+e[+-]\\d+)$", Pattern.MULTILINE);

    @TempDir
    private Path folder;

    private static double[] losses(CommandRun run) {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return LOSS.matcher(run.out())
                .results()
                .map(MatchResult::group)
                .mapToDouble(line -> Double.parseDouble(line.strip().split(" +")[1]))
                .toArray();
    }

    /** Its exit code says whether the published loss was reached. */
    @Test
    void learnsThePrimesAtLeastAsWellAsPublished() {
        CommandRun run = CommandRun.of("primes", "--seed", "2");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("LSTM of 100 cells, input 50, h = o c, SGD at 0.01")
                .contains("[0.02, 0.03, 0.05, 0.07, 0.11, 0.13, 0.17, 0.19, 0.23, 0.29]")
                .contains("at least as good as the published loss");
    }

    @Test
    void theLossOfTheSequenceFalls() {
        double[] losses = losses(CommandRun.of("sequence", "--seed", "1"));

        assertThat(losses).hasSize(10);
        assertThat(losses[9]).isLessThan(losses[0] / 100);
    }

    @Test
    void theReferenceComputesTheSame() {
        String[] common = {"sequence", "--epochs", "5", "--seed", "3"};
        double[] here = losses(CommandRun.of(common));
        double[] there = losses(CommandRun.of("sequence", "--epochs", "5", "--seed", "3", "--backend", "reference"));

        assertThat(there).hasSize(5);
        for (int i = 0; i < there.length; i++) {
            // both print four digits of what float32 makes of five steps
            assertThat(here[i]).isBetween(there[i] * 0.998, there[i] * 1.002);
        }
    }

    @Test
    void aResumedRunGoesOnAsIfNothingHadHappened() {
        String file = folder.resolve("primes.safetensors").toString();
        double[] whole = losses(CommandRun.of("primes", "--epochs", "20"));
        double[] part = losses(CommandRun.of("primes", "--epochs", "10", "--save", file));
        double[] rest = losses(CommandRun.of("primes", "--epochs", "20", "--save", file, "--resume"));

        assertThat(part[part.length - 1]).isEqualTo(whole[4]);
        assertThat(rest[rest.length - 1]).isEqualTo(whole[9]);
    }

    @Test
    void drawsItsCurve() throws Exception {
        Path curve = folder.resolve("curve.svg");
        CommandRun run = CommandRun.of("sequence", "--epochs", "3", "--curve", curve.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.size(curve)).isPositive();
    }

    @Test
    void refusesACheckpointOfOtherSettings() throws Exception {
        Path file = folder.resolve("saved.safetensors");
        CommandRun.of("primes", "--epochs", "1", "--save", file.toString());
        CommandRun other = CommandRun.of("primes", "--seed", "9", "--save", file.toString(), "--resume");
        CommandRun command = CommandRun.of("sequence", "--save", file.toString(), "--resume");
        Path text = Files.writeString(folder.resolve("no.safetensors"), "no checkpoint at all");
        CommandRun none = CommandRun.of("sequence", "--save", text.toString(), "--resume");

        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err()).contains("seed 1 (expected:", "seed 9").hasLineCount(1);
        assertThat(command.exitCode()).isEqualTo(2);
        assertThat(command.err()).contains("of primes (expected: one saved by sequence)");
        assertThat(none.exitCode()).as(none.err()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "primes --count 0 | --count: 0 (expected: 1 to 25)",
                "primes --lr 0 | --lr: 0.0 (expected: a number > 0)",
                "primes --epochs 0 | --epochs: 0 (expected: an integer >= 1)",
                "primes --resume | --resume: without --save",
                "primes --curve picture.bmp | --curve: picture.bmp",
                "sequence --values 0.5,2 | --values: 2.0 (expected: numbers between -1 and 1)",
                "sequence --values x | --values",
                "sequence --threads 0 | --threads: 0",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = CommandRun.of(arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }
}
