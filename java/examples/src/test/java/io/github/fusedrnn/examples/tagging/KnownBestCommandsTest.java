package io.github.fusedrnn.examples.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.tagging.HiddenMarkov.Sentence;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tagger}, {@code sentiment} and {@code music}: tasks whose best reachable score is known. */
class KnownBestCommandsTest {
    /** Batch, seconds, loss. */
    private static final Pattern LINE = Pattern.compile("^ +\\d+ +[0-9.]+ +([0-9.]+) ", Pattern.MULTILINE);

    private static double[] losses(CommandRun run) {
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return LINE.matcher(run.out())
                .results()
                .map((MatchResult line) -> line.group(1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tagger --hidden 8 --batch 8 --epochs 4",
                "tagger --hidden 8 --batch 8 --epochs 4 --one-way --cell lstm",
                "sentiment --hidden 8 --batch 8 --epochs 6 --longest 6",
                "music --hidden 16 --batch 8 --epochs 8 --cell rnn --styles 1"
            })
    void theLossFalls(String arguments) {
        double[] losses = losses(CommandRun.of(arguments.split(" ")));

        assertThat(losses.length).isGreaterThanOrEqualTo(2);
        assertThat(losses[losses.length - 1]).isLessThan(losses[0]);
    }

    /** Their exit codes say whether the best possible score was reached. */
    @ParameterizedTest
    @ValueSource(strings = {"tagger", "tagger --one-way", "sentiment"})
    void reachesTheBestPossibleScore(String arguments) {
        CommandRun run = CommandRun.of(arguments.split(" "));

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("below the best");
    }

    /** Against the sum over all tags of a sentence, which is what forward-backward computes faster. */
    @Test
    void thePosteriorIsThatOfAllTagSequences() {
        HiddenMarkov model = new HiddenMarkov(
                new double[] {0.7, 0.3}, new double[][] {{0.9, 0.1}, {0.4, 0.6}}, new double[][] {{0.8, 0.2}, {0.3, 0.7}
                });
        int[] words = {0, 1, 1, 0};
        double[][] counted = new double[words.length][2];
        double[] last = new double[2];
        double total = 0;
        for (int tags = 0; tags < 16; tags++) {
            double p = 1;
            for (int t = 0; t < words.length; t++) {
                int tag = tags >> t & 1;
                p *= (t == 0 ? model.start()[tag] : model.next()[tags >> (t - 1) & 1][tag])
                        * model.emissions()[tag][words[t]];
            }
            total += p;
            last[tags >> 3 & 1] += p;
            for (int t = 0; t < words.length; t++) {
                counted[t][tags >> t & 1] += p;
            }
        }
        double[][] all = model.posterior(words, true);
        for (int t = 0; t < words.length; t++) {
            assertThat(all[t][1]).isCloseTo(counted[t][1] / total, within(1e-12));
        }
        // the last step has no future: filtering is smoothing there
        assertThat(model.posterior(words, false)[3][1]).isCloseTo(last[1] / total, within(1e-12));
    }

    @Test
    void sentencesAreDrawnAsTheModelSays() {
        HiddenMarkov model =
                new HiddenMarkov(new double[] {0, 1}, new double[][] {{0, 1}, {1, 0}}, new double[][] {{1, 0}, {0, 1}});
        Sentence sentence = model.draw(new SplittableRandom(1), 5);

        assertThat(sentence.tags()).containsExactly(1, 0, 1, 0, 1);
        assertThat(sentence.words()).containsExactly(1, 0, 1, 0, 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "the film was good | 1",
                "the film was not good | -1",
                "not very bad and silly | 1",
                "very not the good good | -1",
                "not not clever | -1",
                "good bad very | 0",
            })
    void opinionsCountAsTheRuleSays(String sentence, int score) {
        assertThat(SentimentCommand.score(SentimentCommand.words(sentence))).isEqualTo(score);
    }

    @Test
    void melodiesHaveTheirFormAndTheirProbability() {
        Melodies melodies = Melodies.draw(2, new SplittableRandom(3));
        int[] melody = melodies.melody(1, new SplittableRandom(4));

        for (int t = 0; t < Melodies.BAR; t++) {
            assertThat(melody[t]).isEqualTo(melody[t + 4]).isEqualTo(melody[t + 12]);
        }
        double expected = 0;
        for (int from : new int[] {0, 8}) {
            expected -= Math.log(melodies.first()[1][melody[from]]);
            for (int t = from + 1; t < from + 4; t++) {
                expected -= Math.log(melodies.next()[1][melody[t - 1]][melody[t]]);
            }
        }
        assertThat(melodies.surprise(1, melody)).isCloseTo(expected, within(1e-12));
        melody[5] = (melody[5] + 1) % Melodies.NOTES;
        assertThat(melodies.surprise(1, melody)).isInfinite();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tagger --longest 2 | --longest: 2 (expected: an integer >= 3)",
                "tagger --hidden 0 | --hidden: 0 (expected: an integer >= 1)",
                "tagger --cell mgu | --cell",
                "sentiment --batch 0 | --batch: 0 (expected: an integer >= 1)",
                "sentiment --lr 0 | --lr: 0.0 (expected: a number > 0)",
                "sentiment --longest 1 | --longest: 1 (expected: an integer >= 3)",
                "music --styles 0 | --styles: 0 (expected: 1 to 100)",
                "music --epochs -1 | --epochs: -1 (expected: an integer >= 1)",
                "music --resume | --resume: without --save",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = CommandRun.of(arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }
}
