package io.github.fusedrnn.examples.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CharlmCommandTest {
    private static final String SMALL = "--hidden 24 --batch 8 --window 20 --lr 0.01 --reports 2 ";

    @TempDir
    Path folder;

    private Path text;
    private Path model;

    @BeforeEach
    void writeText() throws IOException {
        text = folder.resolve("text.txt");
        model = folder.resolve("model.safetensors");
        Files.writeString(text, TextSource.generated().text().substring(0, 20_000));
    }

    private CommandRun train(String more) {
        return CommandRun.of(("charlm --text " + text + " " + SMALL + more).split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--embedding 8", "--embedding 0", "--embedding 8 --cell gru", "--embedding 8 --dropout 0.2"})
    void learnsWhatIsInTheText(String how) {
        CommandRun run = train("--epochs 3 " + how);

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        // 27 characters drawn alike would cost ln 27 = 3.3 nats, by their frequency 2.8
        assertThat(lastHeldOut(run)).isLessThan(2.0);
    }

    @Test
    void aSavedModelIsTheSameModel() {
        CommandRun trained = train("--epochs 1 --sample 60 --temperature 0.7 --seed 4 --save " + model);
        CommandRun measured = CommandRun.of("charlm", "--model", model.toString(), "--text", text.toString());
        CommandRun sampled = CommandRun.of(
                "charlm", "--model", model.toString(), "--sample", "60", "--temperature", "0.7", "--seed", "4");

        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(measured.exitCode()).as(measured.err()).isZero();
        assertThat(sampled.exitCode()).as(sampled.err()).isZero();
        assertThat(measured.out()).contains(Texts.format("held out: %.4f nats", lastHeldOut(trained)));
        assertThat(trained.out()).endsWith(sampled.out());
        assertThat(sampled.out().length()).isGreaterThanOrEqualTo(60);
    }

    @Test
    void oneHotAndGruSurviveSaving() {
        CommandRun trained = train("--epochs 0.2 --embedding 0 --cell gru --save " + model);
        CommandRun measured = CommandRun.of("charlm", "--model", model.toString(), "--text", text.toString());

        assertThat(measured.exitCode()).as(measured.err()).isZero();
        assertThat(measured.out())
                .contains("GRU of 24, one-hot")
                .contains(Texts.format("held out: %.4f nats", lastHeldOut(trained)));
    }

    @Test
    void beginsWithThePrime() {
        train("--epochs 0.2 --save " + model);
        CommandRun run = CommandRun.of(
                "charlm", "--model", model.toString(), "--sample", "5", "--prime", "One and", "--temperature", "0");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().stripLeading()).startsWith("One and").hasSizeGreaterThanOrEqualTo("One and".length() + 5);
    }

    @Test
    void refusesAPrimeThatTheModelCannotRead() {
        train("--epochs 0.1 --save " + model);
        CommandRun run = CommandRun.of("charlm", "--model", model.toString(), "--sample", "5", "--prime", "été");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--prime: the character 'é' (U+00E9)");
    }

    @Test
    void stopsInTime() {
        CommandRun run = train("--epochs 100000 --minutes 0.01");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("at most 0.01 minutes");
    }

    @Test
    void hasATextOfItsOwn() throws IOException {
        TextSource source = TextSource.builtIn();

        assertThat(source.text().length()).isGreaterThanOrEqualTo(50_000);
        assertThat(TextLevel.CHAR.tokens(source.text())).hasSizeGreaterThanOrEqualTo(50_000);
        assertThat(source.text().chars().distinct().count()).isLessThanOrEqualTo(97);
        CommandRun run = CommandRun.of(("charlm " + SMALL + "--epochs 0.01").split(" "));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains(source.name());
    }

    @Test
    void refusesAFileThatIsNoModel() {
        CommandRun run = CommandRun.of("charlm", "--model", text.toString(), "--sample", "5");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(text.toString());
        assertThat(run.err().strip().lines()).hasSize(1);
    }

    @Test
    void refusesAFileThatIsNoText() throws IOException {
        Files.write(text, new byte[] {'a', (byte) 0xff, (byte) 0xfe, 'b'});

        CommandRun run = CommandRun.of("charlm", "--text", text.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(text + ": not valid UTF-8 (expected: a text in UTF-8)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--text nowhere.txt | --text: nowhere.txt (expected: an existing file)",
                "--model nowhere.bin --sample 3 | --model: nowhere.bin (expected: an existing file)",
                "--save nowhere/model | --save: nowhere/model (expected: a file in an existing, writable folder)",
                "--save . | --save: . (expected: a file in an existing, writable folder)",
                "--cell rnn | --cell: rnn (expected: lstm or gru)",
                "--sample -1 | --sample: -1 (expected: an integer >= 0)",
                "--top-k -1 | --top-k: -1 (expected: an integer >= 0)",
                "--min-count 0 | --min-count: 0 (expected: an integer >= 1)",
                "--resume | --resume: without --save (expected: --save FILE",
                "--resume --save nowhere.bin | --save: nowhere.bin (expected: an existing checkpoint, with --resume)",
                "--curve curve.gif | --curve: curve.gif (expected: a .svg or .png file",
                "--temperature -0.1 | --temperature: -0.1 (expected: a number >= 0)",
                "--dropout 1.5 | --dropout: 1.5 (expected: 0 <= P < 1)",
                "--epochs 0 | --epochs: 0.0 (expected: a number > 0)",
                "--minutes -1 | --minutes: -1.0 (expected: a number > 0)",
                "--batch 0 | --batch: 0 (expected: an integer >= 1)",
                "--window 0 | --window: 0 (expected: an integer >= 1)",
                "--hidden 0 | --hidden: 0 (expected: an integer >= 1)",
                "--clip 0 | --clip: 0.0 (expected: a number > 0)",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = CommandRun.of(("charlm " + arguments).split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    @Test
    void refusesATextThatIsTooShort() throws IOException {
        Files.writeString(text, "too short");
        CommandRun run = train("");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--text: 9 symbols (expected: more than --batch 8");
    }

    @Test
    void refusesAnEmptyText() throws IOException {
        Files.writeString(text, "\n \n");
        CommandRun run = train("");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("is empty (expected: a text to train on)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--level char --dropout 0.3", "--level word --min-count 3 --cell gru"})
    void aResumedRunGivesTheSameBits(String how) throws IOException {
        Path straight = folder.resolve("straight");
        Path broken = folder.resolve("broken");
        String sizes = how + " --epochs 0.8 --save ";
        assertThat(train(sizes + straight).exitCode()).isZero();

        // A learner that stops in the middle, by hand: what Ctrl-C does, without its timing.
        CommandRun run = train(sizes + broken + " --stop-after 7");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(TrainingRun.INTERRUPTED);
        assertThat(Files.mismatch(straight, broken)).isNotEqualTo(-1);
        CommandRun resumed = train(sizes + broken + " --resume");
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.out()).contains("resumed: ").contains("at window 7");
        assertThat(Files.mismatch(straight, broken)).isEqualTo(-1);
    }

    @Test
    void refusesToGoOnWithAnotherSeedClipOrText() throws IOException {
        String how = "--epochs 0.5 --dropout 0.3 --save " + model;
        assertThat(train(how + " --seed 2 --clip 3 --stop-after 3").exitCode()).isEqualTo(TrainingRun.INTERRUPTED);

        refused(train(how + " --clip 3 --resume"), ", seed 1)");
        refused(train(how + " --seed 2 --resume"), "clipped to 5.0, seed 2)");
        StringBuilder turned = new StringBuilder(Files.readString(text)).reverse();
        Files.writeString(text, turned);
        refused(
                train(how + " --seed 2 --clip 3 --resume"),
                model + ": text: a different one (expected: that of --text)");
    }

    private static void refused(CommandRun run, String message) {
        assertThat(run.err()).contains(message);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--score", "--sample 3 --prime"})
    void refusesSymbolsThatItCannotReadBeforeItLearns(String option) {
        CommandRun run = train("--epochs 0.1 " + option + " été");

        refused(run, "the character 'é' (U+00E9)");
        assertThat(run.out()).doesNotContain("training:");
    }

    @Test
    void refusesToGoOnFromAnotherModel() {
        train("--epochs 0.1 --save " + model);
        CommandRun run = train("--epochs 0.1 --embedding 16 --resume --save " + model);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err())
                .contains(model + ": settings: 2 x LSTM of 24, embedding of 64")
                .contains("of 16,");
    }

    @Test
    void readsAndWritesWords() {
        CommandRun run = train("--level word --epochs 12 --sample 8 --score Two --curve " + folder.resolve("c.svg"));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("symbols by word");
        // some 45 words; drawn alike they would cost ln 45 = 3.8 nats
        assertThat(lastHeldOut(run)).isLessThan(2.5);
        assertThat(folder.resolve("c.svg")).content().contains("<svg");
    }

    @Test
    void judgesSentences() {
        train("--epochs 3 --save " + model);
        double likely = score("One and two make three.");
        double odd = score("One dna two make three.");

        assertThat(likely).isLessThan(0).isGreaterThan(odd);
        assertThat(CommandRun.of("charlm", "--model", model.toString(), "--score", "été")
                        .exitCode())
                .isEqualTo(2);
    }

    private double score(String sentence) {
        CommandRun run = CommandRun.of("charlm", "--model", model.toString(), "--score", sentence);
        assertThat(run.exitCode()).as(run.err()).isZero();
        Matcher found = Pattern.compile("log probability ([-0-9.]+) nats over (\\d+) symbols")
                .matcher(run.out());
        assertThat(found.find()).isTrue();
        assertThat(Integer.parseInt(found.group(2))).isEqualTo(sentence.length() + 1);
        return Double.parseDouble(found.group(1));
    }

    private static double lastHeldOut(CommandRun run) {
        Matcher row = Pattern.compile("(?m)^ +\\d+ +[\\d.]+ +[\\d.]+ +[\\d.]+ +([\\d.]+) +[\\d.]+ +\\d+$")
                .matcher(run.out());
        double loss = Double.NaN;
        while (row.find()) {
            loss = Double.parseDouble(row.group(1));
        }
        return loss;
    }
}
