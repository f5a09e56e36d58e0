package io.github.fusedrnn.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.training.TrainingRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PtbCommandTest {
    private static final String BUCKETED = "--hidden 12 --batch 10 --lr 0.3 --report 10 --buckets 6,9 ";
    private static final String SMALL = "--preset small --hidden 12 --layers 1 --batch 2 ";

    @TempDir
    Path folder;

    @BeforeEach
    void writeCorpus() throws IOException {
        TinyCorpus.write(folder, 400);
    }

    private CommandRun ptb(String more) {
        return CommandRun.of(("ptb --data " + folder + " " + more).split(" +"));
    }

    private static List<Double> perplexities(CommandRun run, String which) {
        List<Double> found = new ArrayList<>();
        Matcher row =
                Pattern.compile("(?m)^epoch \\d+:.* " + which + " ([0-9.]+)").matcher(run.out());
        while (row.find()) {
            found.add(Double.parseDouble(row.group(1)));
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                BUCKETED,
                BUCKETED + "--padded",
                SMALL + "--epochs 4",
                BUCKETED + "--backend reference --epochs 2"
            })
    void learnsTheNextWord(String how) {
        CommandRun run = ptb(how + (how.contains("--epochs") ? "" : " --epochs 4"));

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        List<Double> test = perplexities(run, "test");
        assertThat(test.get(test.size() - 1)).isLessThan(test.get(0));
        // 25 words, so knowing nothing costs 25
        assertThat(test.get(test.size() - 1)).isLessThan(14);
        assertThat(perplexities(run, "validation")).hasSameSizeAs(test);
    }

    @Test
    void countsTheSentencesThatNoBucketHolds() {
        assertThat(ptb(BUCKETED.replace("6,9", "7") + "--epochs 1").out())
                .containsPattern("400 sentences \\([1-9]\\d* longer than the largest bucket dropped\\)");
    }

    @Test
    void drawsItsCurve() {
        Path svg = folder.resolve("curve.svg");
        Path png = folder.resolve("curve.png");

        assertThat(ptb(BUCKETED + "--epochs 2 --curve " + svg).out()).contains("curve: " + svg);
        assertThat(svg).content().contains("<svg");
        ptb(BUCKETED + "--epochs 1 --curve " + png);
        assertThat(png).isNotEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(strings = {BUCKETED, SMALL})
    void goesOnFromTheMiddleOfAnEpochWithTheSameBits(String how) throws IOException {
        Path straight = folder.resolve("straight");
        Path broken = folder.resolve("broken");
        String run = how + "--epochs 2 --save ";
        CommandRun whole = ptb(run + straight);
        assertThat(whole.exitCode()).as(whole.err()).isZero();

        assertThat(ptb(run + broken + " --stop-after 7").exitCode()).isEqualTo(TrainingRun.INTERRUPTED);
        assertThat(Files.mismatch(straight, broken)).isNotEqualTo(-1);
        CommandRun resumed = ptb(run + broken + " --resume");

        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(Files.mismatch(straight, broken)).isEqualTo(-1);
        assertThat(perplexities(resumed, "training perplexity")).isEqualTo(perplexities(whole, "training perplexity"));
    }

    @Test
    void refusesACheckpointOfSomethingElse() throws IOException {
        Path saved = folder.resolve("saved");
        ptb(BUCKETED + "--epochs 1 --save " + saved);

        refused(ptb(BUCKETED + "--layers 1 --resume --save " + saved), saved + ": settings: 2 x LSTM of 12");
        refused(ptb(SMALL + "--resume --save " + saved), saved + ": settings: 2 x LSTM of 12");
        refused(
                CommandRun.of("charlm", "--model", saved.toString(), "--sample", "1"),
                saved + ": checkpoint: of ptb (expected: one saved by charlm)");
        Files.writeString(folder.resolve("ptb.train.txt"), Files.readString(folder.resolve("ptb.train.txt")) + "new\n");
        refused(ptb(BUCKETED + "--resume --save " + saved), "words: different ones (expected: those of --data)");
        Files.writeString(saved, "no checkpoint");
        refused(ptb(BUCKETED + "--resume --save " + saved), saved.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {BUCKETED, SMALL})
    void refusesToGoOnWithAnotherSeedOrText(String how) throws IOException {
        Path saved = folder.resolve("saved");
        String run = how + "--epochs 2 --save " + saved;
        assertThat(ptb(run + " --seed 2 --stop-after 3").exitCode()).isEqualTo(TrainingRun.INTERRUPTED);

        CommandRun other = ptb(run + " --resume");
        refused(other, saved + ": settings: ");
        assertThat(other.err()).contains(", seed 2 (expected: ").contains(", seed 1)");
        Path text = folder.resolve("ptb.train.txt");
        List<String> lines = new ArrayList<>(Files.readAllLines(text));
        Collections.reverse(lines);
        Files.write(text, lines);
        refused(ptb(run + " --seed 2 --resume"), saved + ": text: a different one (expected: that of --data)");
    }

    @ParameterizedTest
    @CsvSource({
        "batch, 5000000, position: ",
        "batch, 5000000000, a batch that fits into 32 bits",
        "batch, -1, expected: 0 or more",
        "epoch, 9000000000000000000, 'at most 10000000'",
    })
    void refusesACheckpointWhosePositionCannotBe(String number, String value, String message) throws IOException {
        Path saved = folder.resolve("saved");
        ptb(SMALL + "--epochs 1 --stop-after 2 --save " + saved);
        rewrite(saved, "counter.data." + number, value);

        refused(ptb(SMALL + "--epochs 1 --resume --save " + saved), message);
    }

    /** Gives one entry of a checkpoint's metadata another value; the header is JSON behind its length. */
    private static void rewrite(Path file, String key, String value) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) bytes.getLong()];
        bytes.get(header);
        String old = new String(header, StandardCharsets.UTF_8).stripTrailing();
        String changed =
                old.replaceAll("\"" + Pattern.quote(key) + "\":\"-?\\d+\"", "\"" + key + "\":\"" + value + "\"");
        assertThat(changed).isNotEqualTo(old);
        byte[] padded = (changed + " ".repeat(7 - (changed.length() + 7) % 8)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer all =
                ByteBuffer.allocate(8 + padded.length + bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, all.putLong(padded.length).put(padded).put(bytes).array());
    }

    @Test
    void refusesTextsThatItCannotRead() throws IOException {
        refused(CommandRun.of("ptb", "--data", "nowhere"), "--data: nowhere/ptb.train.txt (expected: an existing file");
        refused(ptb("--buckets 2,3"), "enough for one batch of 50");
        Files.writeString(folder.resolve("ptb.test.txt"), "one and zebra\n");
        refused(ptb(BUCKETED), "ptb.test.txt: 'zebra' (expected: one of the");
        Files.writeString(folder.resolve("ptb.train.txt"), " \n\n");
        refused(ptb(BUCKETED), "ptb.train.txt: no sentence (expected: one sentence per line)");
        Files.writeString(folder.resolve("ptb.train.txt"), "one two\n");
        Files.writeString(folder.resolve("ptb.test.txt"), "one\n");
        Files.writeString(folder.resolve("ptb.valid.txt"), "two\n");
        refused(ptb("--preset small --batch 10"), "3 symbols (expected: at least rows + 1 = 11");
    }

    private static void refused(CommandRun run, String message) {
        assertThat(run.err()).contains(message);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--hidden 0 | --hidden: 0 (expected: an integer >= 1)",
                "--layers 0 | --layers: 0 (expected: an integer >= 1)",
                "--batch 0 | --batch: 0 (expected: an integer >= 1)",
                "--lr 0 | --lr: 0.0 (expected: a number > 0)",
                "--epochs 30000000 | --epochs: 3.0E7 (expected: at most 10000000)",
                "--threads 2000 | --threads: 2000 (expected: an integer, 1 to 1024)",
                "--report 0 | --report: 0 (expected: an integer >= 1)",
                "--epochs 0.5 | --epochs: 0.5 (expected: an integer >= 1)",
                "--preset small --buckets 5 | --buckets: [5] (expected: only with --preset bucketed)",
                "--preset small --padded | --padded: true (expected: only with --preset bucketed)",
                "--buckets 9,6 | --buckets: buckets: [9, 6] (expected: positive lengths, ascending)",
                "--preset large | large",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = ptb(arguments);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }
}
