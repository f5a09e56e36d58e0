package io.github.fusedrnn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FusedRnnTest {
    @Test
    void listsEveryCommand() {
        CommandRun run = CommandRun.of("--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("adder", "charlm", "gradcheck", "conformance", "inspect", "import", "serve-bench", "doctor");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "adder",
                "charlm",
                "ptb",
                "word2vec",
                "primes",
                "sequence",
                "seq2seq",
                "tagger",
                "sentiment",
                "music",
                "gradients",
                "gradcheck",
                "conformance",
                "inspect",
                "import",
                "serve-bench",
                "doctor"
            })
    void explainsEveryCommand(String command) {
        CommandRun run = CommandRun.of(command, "--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Usage: fusedrnn " + command);
    }

    @Test
    void refusesToDoNothing() {
        CommandRun run = CommandRun.of();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("no command given");
    }

    @Test
    void refusesUnknownCommandsAndOptions() {
        assertThat(CommandRun.of("subtracter").exitCode()).isEqualTo(2);
        CommandRun run = CommandRun.of("adder", "--colour");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--colour").contains("fusedrnn adder --help");
    }

    @Test
    void saysWhatFailedInOneLine() {
        CommandRun run = CommandRun.of("adder", "--backend", "cudnn");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err()).startsWith("fusedrnn adder: ").contains("CUDNN is not available");
    }

    @Test
    void showsWhereItFailedWhenAsked() {
        CommandRun run = CommandRun.of("adder", "--backend", "cudnn", "--stacktrace");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("CUDNN is not available").contains("\tat io.github.fusedrnn");
    }

    @Test
    void tellsItsVersion() {
        assertThat(CommandRun.of("--version").out()).startsWith("fusedrnn ");
    }
}
