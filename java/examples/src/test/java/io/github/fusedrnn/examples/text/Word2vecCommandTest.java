package io.github.fusedrnn.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.training.TrainingRun;
import io.github.fusedrnn.train.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Word2vecCommandTest {
    private static final String TINY = "--width 8 --sample 0 ";

    @TempDir
    Path folder;

    private Path text;

    @BeforeEach
    void writeCorpus() throws IOException {
        text = TinyCorpus.write(folder, 400).resolve("ptb.train.txt");
    }

    private CommandRun word2vec(String more) {
        return CommandRun.of(("word2vec --text " + text + " " + TINY + more).split(" +"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--kind cbow", "--kind skipgram", "--kind cbow --backend reference"})
    void wordsOfOneKindComeToLieTogether(String how) {
        CommandRun run = word2vec(how + " --epochs 6 --nearest two");

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<Double> losses = new ArrayList<>();
        Matcher row = Pattern.compile("epoch \\d+: ([0-9.]+) nats").matcher(run.out());
        while (row.find()) {
            losses.add(Double.parseDouble(row.group(1)));
        }
        // knowing nothing costs ln 2 = 0.69 for each true and each drawn pair
        assertThat(losses.get(0)).isLessThan(0.65);
        assertThat(losses.get(5)).isLessThan(losses.get(0));
        assertThat(run.out())
                .containsPattern("two: (zero|one|three|four|five|six) [0-9.]+, (zero|one|three|four|five|six) ");
    }

    @Test
    void aResumedRunGivesTheSameBits() throws IOException {
        Path straight = folder.resolve("straight");
        Path broken = folder.resolve("broken");
        assertThat(word2vec("--epochs 2 --save " + straight).exitCode()).isZero();

        assertThat(word2vec("--epochs 2 --stop-after 3 --save " + broken).exitCode())
                .isEqualTo(TrainingRun.INTERRUPTED);
        assertThat(Files.mismatch(straight, broken)).isNotEqualTo(-1);
        CommandRun resumed = word2vec("--epochs 2 --resume --save " + broken);
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(Files.mismatch(straight, broken)).isEqualTo(-1);
        assertThat(word2vec("--epochs 2 --window 2 --resume --save " + broken).err())
                .contains(broken + ": settings: ");
    }

    @Test
    void itsVectorsStartTheWordModel() throws IOException {
        Path vectors = folder.resolve("vectors");
        word2vec("--epochs 3 --save " + vectors);
        String ptb = "ptb --data " + folder + " --hidden 8 --batch 10 --buckets 6,9 --lr 0.3 --epochs 1 --vectors ";

        CommandRun run = CommandRun.of((ptb + vectors).split(" "));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).containsPattern("embedding initialized from the vectors of (\\d+) of \\1 words");
        assertThat(WordVectors.read(vectors).width()).isEqualTo(8);

        CommandRun wide = CommandRun.of((ptb.replace("--hidden 8", "--hidden 9") + vectors).split(" "));
        assertThat(wide.exitCode()).isEqualTo(2);
        assertThat(wide.err()).contains("--vectors: width 8 (expected: 9, as the embedding)");
        CommandRun none = CommandRun.of((ptb + text).split(" "));
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains(text.toString());
        CommandRun missing = CommandRun.of((ptb + "nowhere").split(" "));
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.err()).contains("--vectors: nowhere (expected: an existing file)");
    }

    @Test
    void theNearestAreThoseOfTheLargestCosine() {
        WordVectors vectors =
                new WordVectors(Vocabulary.of(List.of("a", "b", "c")), 2, new float[] {1, 0, -2, 0, 3, 3});

        // cos 45° = 0.71, cos 180° = -1
        assertThat(vectors.nearest("a", 5)).containsExactly("c 0.71", "b -1.00");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--width 0 | --width: 0 (expected: an integer >= 1)",
                "--window 0 | --window: 0 (expected: an integer >= 1)",
                "--negatives 0 | --negatives: 0 (expected: an integer >= 1)",
                "--sample 1 | --sample: 1.0 (expected: 0 <= T < 1)",
                "--lr 0 | --lr: 0.0 (expected: a number > 0)",
                "--kind glove | glove",
                "--nearest zebra | --nearest: 'zebra' (expected: a word of the text)",
                "--text nowhere | --text: nowhere (expected: an existing file with one sentence per line)",
            })
    void refusesWrongArguments(String arguments, String message) {
        String given = arguments.contains("--text") ? arguments : "--text " + text + " " + arguments;
        CommandRun run = CommandRun.of(("word2vec " + given).split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    @Test
    void refusesAnEmptyText() throws IOException {
        Files.writeString(text, "\n \n");

        assertThat(word2vec("").exitCode()).isEqualTo(2);
        assertThat(word2vec("").err()).contains("no sentence (expected: one sentence per line)");
    }
}
