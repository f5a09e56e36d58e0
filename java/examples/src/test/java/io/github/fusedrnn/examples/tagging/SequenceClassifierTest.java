package io.github.fusedrnn.examples.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A failing call gives back the memory that it has taken. */
class SequenceClassifierTest {
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
    void aClassifierKeepsNoScoresOfSymbolsThatItDoesNotKnow() {
        var size = new SequenceClassifier.Size(CellKind.RNN, 5, 4, 3, 2, false, false);
        try (SequenceClassifier model = new SequenceClassifier(size, where(), 1)) {
            long before = live();
            assertThatIllegalArgumentException().isThrownBy(() -> model.logits(UNKNOWN, 1, null));
            assertThat(live()).isEqualTo(before);
        }
    }
}
