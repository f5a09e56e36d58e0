package io.github.fusedrnn.examples.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.examples.CommandRun;
import org.junit.jupiter.api.Test;

class FamilyCommandTest {
    @Test
    void eachNetworkShowsWhatItIsKnownFor() {
        CommandRun run = CommandRun.of("family", "--units", "60", "--seed", "2");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("seed 2, backend ")
                .containsPattern("Hopfield network, 200 units, 10 patterns, .*: 10 recalled")
                .containsPattern("echo state network, 60 units, .*: error \\d")
                .containsPattern("second-order network, even ones: .* then 100\\.0 % of strings of 20 symbols right");
    }

    @Test
    void wrongSizesAreRefused() {
        CommandRun run = CommandRun.of("family", "--units", "3");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--units: 3 (expected: an integer >= 10)");
    }
}
