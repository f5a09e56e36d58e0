package io.github.fusedrnn.examples.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.SharedFolder;
import io.github.fusedrnn.formats.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConformanceCommandTest {
    private static final RecurrentConfig LSTM = Lstm.builder(3, 4).config();

    @TempDir
    Path folder;

    private CommandRun run(String... more) {
        String[] arguments = new String[more.length + 2];
        arguments[0] = "conformance";
        arguments[1] = folder.toString();
        System.arraycopy(more, 0, arguments, 2, more.length);
        return CommandRun.of(arguments);
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch", "onnxruntime"})
    void passesTheSharedCasesOnEveryBackend(String form) {
        Path shared = SharedFolder.require("conformance/" + form);
        CommandRun run = CommandRun.of("conformance", shared.toString());

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("PASSED").doesNotContain("MISS", "ERROR", "BROKEN", " 0 of ");
        System.out.println(run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch", "onnxruntime"})
    void passesTheSharedCasesInFloat64(String form) {
        Path shared = SharedFolder.require("conformance/" + form);
        CommandRun run = CommandRun.of("conformance", shared.toString(), "--precision", "double");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("reference/double").contains("PASSED");
    }

    @Test
    void runsEachPrecisionOnItsOwnFile() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5)
                .write64(file("a.f64.safetensors"))
                .falsify("output", 0, 1)
                .write32(file("a.f32.safetensors"));

        CommandRun doubles = run("--precision", "double");
        assertThat(doubles.exitCode()).as(doubles.out()).isZero();
        assertThat(doubles.out()).contains("1 of 1 cases passed");
        CommandRun floats = run("--precision", "float", "--backend", "reference");
        assertThat(floats.exitCode()).isEqualTo(1);
        assertThat(floats.out()).contains("0 of 1 cases passed, 1 missed");
    }

    @Test
    void takesTheOtherPrecisionWhereOneIsMissing() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).write64(file("a.f64.safetensors"));
        CaseWriter.pytorch(LSTM, 4, 2, null, 4).write32(file("b.safetensors"));

        assertThat(run("--precision", "double").out()).contains("2 of 2 cases passed");
        assertThat(run("--precision", "float").out())
                .contains("2 of 2 cases passed")
                .contains("\na ", "\nb ");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6, 9})
    void paddedOutputMayBeShorterOrLongerThanTheInput(int outputSteps) throws IOException {
        int[] lengths = {2, 4, 0, 3};
        RecurrentConfig batchMajor =
                Gru.builder(3, 4).layers(2).bidirectional().batchMajor(true).config();
        CaseWriter.pytorch(LSTM, 6, 4, lengths, outputSteps).write32(file("a.safetensors"));
        CaseWriter.pytorch(batchMajor, 6, 4, lengths, outputSteps).write32(file("b.safetensors"));

        CommandRun run = run();
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("2 of 2 cases passed");
    }

    @Test
    void namesTensorElementAndValuesOfAMiss() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5)
                .falsify("grad.weight_hh_l0", 17, 0.1)
                .write32(file("wrong.safetensors"));

        CommandRun run = run("--backend", "reference");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("MISS", "wrong on reference:", "grad.weight_hh_l0", "[4, 1]", "FAILED")
                .contains("0 of 1 cases passed, 1 missed");
    }

    @Test
    void float64HasToBeExact() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).falsify("output", 3, 1e-9).write64(file("a.f64.safetensors"));

        assertThat(run("--precision", "double").exitCode()).isEqualTo(1);
        assertThat(run("--precision", "float").exitCode()).isZero();
    }

    @Test
    void whatShouldBeZeroHasToBeExactlyZero() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).zeros("h_n", 1, 2, 4).write32(file("a.safetensors"));

        CommandRun run = run("--backend", "reference");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("Infinity MISS");
    }

    @Test
    void otherFilesAreListedAndCounted() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).write32(file("a.safetensors"));
        Files.createDirectory(file("deeper"));
        CaseWriter.pytorch(LSTM, 2, 1, null, 2).write32(file("deeper/b.safetensors"));
        Files.writeString(file("notes.txt"), "hello");
        new SafetensorsWriter().floats("other", new float[] {1}, 1).write(file("other.safetensors"));

        CommandRun run = run("--backend", "reference");
        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.out())
                .contains("not a case: notes.txt", "not a case: other.safetensors")
                .contains("2 of 2 cases passed", "deeper/b", "2 other file(s), 0 broken");
    }

    @Test
    void aLinkToAFolderIsAFolder() throws IOException {
        Path cases = Files.createDirectory(file("cases"));
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).write32(cases.resolve("a.safetensors"));
        Path link = Files.createSymbolicLink(file("link"), cases);

        CommandRun run = CommandRun.of("conformance", link.toString(), "--backend", "reference");
        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.out()).contains("1 of 1 cases passed");
    }

    @Test
    void brokenCasesFailAndTheOthersRun() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5)
                .write32(file("a.safetensors"))
                .metadata("mode", "transformer")
                .write32(file("mode.safetensors"))
                .metadata("mode", "lstm")
                .without("weight_hh_l0")
                .write32(file("weight.safetensors"));
        Files.write(file("noise.safetensors"), new byte[] {1, 2, 3});

        CommandRun run = run("--backend", "reference");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("1 of 1 cases passed")
                .contains("BROKEN CASE: mode.safetensors", "mode: 'transformer'")
                .contains("BROKEN CASE: weight.safetensors", "weight_hh_l0")
                .contains("BROKEN CASE: noise.safetensors")
                .contains("3 broken case(s)", "FAILED");
    }

    @Test
    void lengthsThatCannotBeBreakThatCase() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, new int[] {5, 3}, 5).write32(file("a.safetensors"));
        CaseWriter.pytorch(LSTM, 5, 2, new int[] {5, 3}, 5).lengths(6, 2).write32(file("b.safetensors"));
        CaseWriter.pytorch(LSTM, 5, 2, new int[] {5, 3}, 5).lengths(5, 2, 1).write32(file("c.safetensors"));

        CommandRun run = run("--backend", "reference");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("1 of 1 cases passed, 0 missed")
                .contains("BROKEN CASE: b.safetensors: lengths[0]: 6 (expected: 0 <= length <= T = 5)")
                .contains("BROKEN CASE: c.safetensors: lengths: [3] (expected: [2])");
    }

    @Test
    void shapesHaveToBeRightEvenWhereTheNumberOfElementsIs() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).zeros("weight_ih_l0", 3, 16).write32(file("weight.safetensors"));
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).zeros("h_n", 2, 1, 4).write32(file("state.safetensors"));
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).zeros("output", 40).write32(file("output.safetensors"));

        CommandRun run = run("--backend", "reference");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("BROKEN CASE: weight.safetensors: weight_ih_l0: [3, 16] (expected: [16, 3])")
                .contains("BROKEN CASE: state.safetensors: h_n: [2, 1, 4] (expected: [1, 2, 4])")
                .contains("BROKEN CASE: output.safetensors: output: [40] (expected: 3 dimensions)");
    }

    @Test
    void metadataHasToFitTheTensors() throws IOException {
        CaseWriter.pytorch(LSTM, 5, 2, null, 5)
                .metadata("num_layers", "2000000000")
                .write32(file("layers.safetensors"));
        CaseWriter.pytorch(LSTM, 5, 2, null, 5)
                .metadata("bias", "true")
                .without("bias_ih_l0")
                .write32(file("bias.safetensors"));
        CaseWriter.pytorch(LSTM, 5, 2, null, 5).without("input").write32(file("input.safetensors"));

        CommandRun run = run("--backend", "reference");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("BROKEN CASE: layers.safetensors: metadata num_layers: 2000000000"
                        + " (expected: a file with weight_ih_l1999999999)")
                .contains("BROKEN CASE: bias.safetensors: ", "tensor \"bias_ih_l0\": none")
                .contains("BROKEN CASE: input.safetensors: ", "tensor \"input\": none")
                .contains("3 broken case(s)")
                .doesNotContain("Exception");
    }

    @Test
    void printsEveryTensorWhenAsked() throws IOException {
        CaseWriter.pytorch(Rnn.builder(2, 3).config(), 3, 2, null, 3).write32(file("a.safetensors"));

        assertThat(run("--backend", "reference").out()).doesNotContain("a on reference");
        assertThat(run("--backend", "reference", "--tensors").out()).contains("a on reference", "grad.bias_hh_l0");
    }

    @Test
    void anEmptyFolderIsNoSuccess() {
        CommandRun run = run("--backend", "reference");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("no case found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--backend abacus | --backend",
                "--precision half | --precision",
                "--threads 0 | --threads: 0 (expected: an integer, 1 to 1024)",
                "--precision double --backend cpu | --precision double: with --backend [CPU]",
                "--precision double --isa plain | --precision double: with --isa [plain]",
                "--backend reference --isa plain | --isa: [plain] (expected: only with the cpu backend",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = run(arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    @Test
    void refusesAFolderThatIsNone() {
        CommandRun run = CommandRun.of("conformance", file("nowhere").toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("nowhere' (expected: a folder)");
    }
}
