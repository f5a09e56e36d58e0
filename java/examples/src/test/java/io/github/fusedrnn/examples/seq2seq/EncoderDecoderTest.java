package io.github.fusedrnn.examples.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A failing call gives back the memory that it has taken. */
class EncoderDecoderTest {
    private static final int[] UNKNOWN = {1, 99, 2};

    private static LayerOptions where() {
        LayerOptions where = new LayerOptions();
        CommandLine.populateCommand(where, "--backend", "REFERENCE");
        return where;
    }

    private static long live() {
        return Backends.liveBytes(BackendKind.REFERENCE);
    }

    @Test
    void anEncoderKeepsNothingOfSymbolsThatItDoesNotKnow() {
        var size = new EncoderDecoder.Size(CellKind.GRU, 5, 4, 6, true, true);
        try (EncoderDecoder model = new EncoderDecoder(size, where(), 1)) {
            long before = live();
            assertThatIllegalArgumentException().isThrownBy(() -> model.read(List.of(UNKNOWN)));
            assertThat(live()).isEqualTo(before);
        }
    }
}
