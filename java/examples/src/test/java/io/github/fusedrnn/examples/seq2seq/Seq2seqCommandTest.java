package io.github.fusedrnn.examples.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.examples.CommandRun;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Seq2seqCommandTest {
    /** Batch, seconds, loss, exact share. */
    private static final Pattern LINE = Pattern.compile("^ +\\d+ +[0-9.]+ +([0-9.]+) +([0-9.]+) %", Pattern.MULTILINE);

    @TempDir
    private Path folder;

    private static double[] column(CommandRun run, int group) {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return LINE.matcher(run.out())
                .results()
                .map((MatchResult line) -> line.group(group))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    private static CommandRun small(String more) {
        return CommandRun.of(("seq2seq --task reverse --hidden 16 --batch 8 --test 20 --epochs 2 " + more).split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--seed 1",
                "--seed 2 --attention --bidirectional",
                "--cell gru --bidirectional",
                "--reverse-input"
            })
    void theLossFalls(String variant) {
        double[] losses = column(small(variant), 1);

        assertThat(losses).hasSize(2);
        assertThat(losses[1]).isLessThan(losses[0]);
        // no better than guessing one of ten digits or the end would be log 11 = 2.40
        assertThat(losses[1]).isLessThan(2.4);
    }

    @Test
    void attentionLearnsToReverseInHalfAMinute() {
        CommandRun run = CommandRun.of(
                "seq2seq",
                "--task",
                "reverse",
                "--attention",
                "--hidden",
                "64",
                "--epochs",
                "4",
                "--batch",
                "32",
                "--test",
                "200",
                "--beam",
                "3",
                "--rewrite",
                "31415926");

        // seeds 1, 2 and 3 of this setting end at 100.0, 99.5 and 100.0 %
        assertThat(column(run, 2)[3]).isGreaterThan(90);
        assertThat(run.out()).contains("31415926 -> ").contains("beam of 3: ");
    }

    @Test
    void aResumedRunGoesOnAsIfNothingHadHappened() {
        String file = folder.resolve("model.safetensors").toString();
        double[] whole = column(small("--save " + file), 1);
        // the same again from its end: no step is left, and the model gives what it gave
        CommandRun again = small("--resume --rewrite 1234 --save " + file);
        CommandRun more = small("--rewrite 1234");

        assertThat(whole).hasSize(2);
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out().lines().filter(l -> l.contains(" -> ")).toList())
                .isEqualTo(more.out().lines().filter(l -> l.contains(" -> ")).toList());
    }

    @ParameterizedTest
    @EnumSource(RewriteTask.class)
    void whatIsTestedIsNeverShownInTraining(RewriteTask task) {
        SplittableRandom random = new SplittableRandom(5);
        Set<String> shown = new HashSet<>();
        Set<String> tested = new HashSet<>();
        for (int i = 0; i < 3_000; i++) {
            shown.add(task.draw(random, false).target());
            RewriteTask.Pair pair = task.draw(random, true);
            tested.add(pair.target());
            assertThat(pair.source().length()).isBetween(1, task.longestSource());
            assertThat(pair.target().length()).isBetween(1, task.longestTarget());
            assertThat(pair.source()).matches("[a-z0-9 ,-]+");
        }
        assertThat(shown).doesNotContainAnyElementsOf(tested);
        assertThat(tested.size()).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--hidden 7 | --hidden: 7 (expected: an even number >= 2)",
                "--batch 0 | --batch: 0 (expected: an integer >= 1)",
                "--lr -1 | --lr: -1.0 (expected: a number > 0)",
                "--beam 0 | --beam: 0 (expected: an integer >= 1)",
                "--test 0 | --test: 0 (expected: an integer >= 1)",
                "--cell rnn | --cell: rnn (expected: lstm or gru)",
                "--task sort | --task",
                "--task reverse --rewrite 1234567890123 | --rewrite: 13 characters (expected: 1 to 12)",
                "--rewrite third_of_may | --rewrite: the character '_' (U+005F)",
                "--save no/such/folder/x | --save: no/such/folder/x",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = CommandRun.of(("seq2seq " + arguments).split(" "));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(message).hasLineCount(1);
    }
}
