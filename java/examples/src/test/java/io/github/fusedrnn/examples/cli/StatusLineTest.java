package io.github.fusedrnn.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StatusLineTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream terminal = new PrintStream(screen, true, StandardCharsets.UTF_8);
    private final PrintWriter out = new PrintWriter(terminal, true, StandardCharsets.UTF_8);
    private final StatusLine line = new StatusLine(terminal, 79);

    private String screen() {
        return screen.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "|");
    }

    @Test
    void printsAboveTheBar() {
        line.accept("ab 1");
        line.println(out, "step 1");
        line.accept("ab 2");
        line.close();

        assertThat(screen()).isEqualTo("ab 1\r    \rstep 1|ab 2\r    \r");
    }

    @Test
    void leavesNothingOfALongerBar() {
        line.accept("12345");
        line.accept("1");

        assertThat(screen()).isEqualTo("12345\r     \r1");
    }
}
