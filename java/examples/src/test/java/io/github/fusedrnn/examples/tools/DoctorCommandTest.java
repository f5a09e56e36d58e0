package io.github.fusedrnn.examples.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.examples.CommandRun;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
    @Test
    void tellsEverythingItFinds() {
        CommandRun run = CommandRun.of("doctor");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains(System.getProperty("java.version"), System.getProperty("os.arch"))
                .contains("Backend cpu", "Backend reference", "Backend cudnn")
                .contains("default backend");
        for (BackendStatus status : Backends.report()) {
            assertThat(run.out()).contains((status.available() ? "yes: " : "no: ") + status.reason());
        }
    }

    @Test
    void tellsWhichOpenBlasWouldBeUsed() {
        CommandRun run = CommandRun.of("doctor");

        Backends.report().stream()
                .filter(status -> status.details().containsKey("OpenBLAS"))
                .forEach(status -> assertThat(run.out()).doesNotContain("not opened yet"));
    }
}
