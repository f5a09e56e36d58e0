package io.github.fusedrnn.examples.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.examples.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeBenchCommandTest {
    @TempDir
    Path folder;

    @Test
    void measuresThePoolAndSteppingOneByOne() throws IOException {
        Path picture = folder.resolve("latencies.svg");
        CommandRun run = CommandRun.of(
                "serve-bench",
                "--cell",
                "gru",
                "--input",
                "3",
                "--hidden",
                "8",
                "--streams",
                "50",
                "--rate",
                "3000",
                "--seconds",
                "0.2",
                "--warm-up",
                "0.1",
                "--threads",
                "2",
                "--picture",
                picture.toString());

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("GRU, input 3, 8 units", "50 streams, 3000 requests/s", "2 thread(s)")
                .contains("p99.99", "batch wait: p50 ", "streams per batch", "mean ")
                .containsPattern("(?m)^pool +\\d+ .* 0$")
                .containsPattern("(?m)^one by one +\\d+ .* 0$");
        assertThat(Files.readString(picture)).startsWith("<?xml").contains("<svg");
    }

    @Test
    void countsWhatThereIsNoRoomFor() {
        CommandRun run = CommandRun.of(
                "serve-bench",
                "--backend",
                "reference",
                "--input",
                "2",
                "--hidden",
                "64",
                "--streams",
                "64",
                "--rate",
                "100000",
                "--seconds",
                "0.1",
                "--warm-up",
                "0",
                "--queue",
                "1");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .containsPattern("(?m)^pool .* [1-9]\\d*$")
                .containsPattern("(?m)^one by one .* [1-9]\\d*$");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rate 0 | --rate: 0.0 (expected: a number > 0)",
                "--seconds -1 | --seconds: -1.0 (expected: a number > 0, at most a day)",
                "--streams 0 | --streams: 0 (expected: an integer >= 1)",
                "--wait -1 | --wait: -1 (expected: an integer, 0 to 60000000)",
                "--wait 10000000000000000 | --wait: 10000000000000000 (expected: an integer, 0 to 60000000)",
                "--batch 0 | --batch: 0 (expected: an integer, 1 to 4096)",
                "--batch 5000 | --batch: 5000 (expected: an integer, 1 to 4096)",
                "--threads 2000 | --threads: 2000 (expected: an integer, 1 to 1024)",
                "--picture nowhere/p.svg | --picture: nowhere/p.svg (expected: a .svg or .png file in an existing, writable folder)",
                "--threads 0 | --threads: 0 (expected: an integer, 1 to 1024)",
                "--picture p.jpg | --picture: p.jpg (expected: a .svg or .png file in an existing, writable folder)",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = CommandRun.of(("serve-bench " + arguments).split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }
}
