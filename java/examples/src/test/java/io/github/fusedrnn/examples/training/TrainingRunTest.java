package io.github.fusedrnn.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.FusedRnn;
import io.github.fusedrnn.examples.text.TinyCorpus;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C, as a process sees it. */
@EnabledOnOs(OS.LINUX)
class TrainingRunTest {
    private static final String TRAINING = "--hidden 12 --batch 10 --buckets 6,9 --lr 0.1 --report 10";

    @TempDir
    Path folder;

    private Process start(String more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FusedRnn.class.getName(),
                "ptb",
                "--data",
                TinyCorpus.write(folder, 400).toString()));
        command.addAll(List.of((TRAINING + " " + more).split(" ")));
        if (Runtime.version().feature() < 24) {
            command.remove("--enable-native-access=ALL-UNNAMED");
        }
        return new ProcessBuilder(command).start();
    }

    /** The interrupt signal, or, where the tests run with that one ignored, the other that asks a process to end. */
    private static String signal() throws IOException {
        long ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .findFirst()
                .orElse(0);
        return (ignored & 2) == 0 ? "INT" : "TERM";
    }

    /** Interrupts a training that has printed the line of a batch, and gives what it said last. */
    private String interrupted(String more) throws IOException, InterruptedException {
        Process process = start(more);
        String signal = signal();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.startsWith("epoch 2 batch")) {
                line = out.readLine();
            }
            assertThat(line).as(() -> error(process)).isNotNull();
            assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            out.lines().forEach(rest -> {}); // lets the process write what it still has to say
        }
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(signal.equals("INT") ? 130 : 143);
        return error(process);
    }

    private static String error(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void ctrlCLeavesTheLastCheckpointWholeAndSaysWhere() throws IOException, InterruptedException {
        Path saved = folder.resolve("saved");
        String said = interrupted("--epochs 900000 --save " + saved);

        assertThat(said.strip().lines()).hasSize(1);
        assertThat(said)
                .matches("(?s)interrupted at step (\\d+) of \\d+: the last complete checkpoint is that of step \\1: "
                        + saved + "\\s*");
        CommandRun resumed = CommandRun.of(
                ("ptb --data " + folder + " " + TRAINING + " --epochs 900000 --resume --stop-after 1 --save " + saved)
                        .split(" "));
        assertThat(resumed.out()).as(resumed.err()).contains("resumed: " + saved);
        assertThat(resumed.exitCode()).isEqualTo(TrainingRun.INTERRUPTED);
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("ptb.train.txt", "ptb.valid.txt", "ptb.test.txt", "saved");
    }

    @Test
    void ctrlCSaysThatNothingIsKept() throws IOException, InterruptedException {
        assertThat(interrupted("--epochs 900000")).contains("nothing was saved (--save FILE writes checkpoints)");
    }
}
