package io.github.fusedrnn.examples.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.cli.InstructionSets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradcheckCommandTest {
    @Test
    void passesOnEveryBackendPresent() {
        CommandRun run = CommandRun.of("gradcheck", "--only", "both");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("variant", "reference / differences", "reference / reference")
                .contains("LSTM projection, 2 layers, both")
                .contains("PASSED")
                .doesNotContain("MISS");
    }

    @Test
    void comparesInstructionSets() {
        List<String> isas = InstructionSets.available();
        Assumptions.assumeFalse(isas.isEmpty(), "skipped: no cpu backend here");
        CommandRun run = CommandRun.of("gradcheck", "--only", "LSTM peepholes", "--backend", "cpu", "--isa", "all");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        isas.forEach(isa -> assertThat(run.out()).contains("cpu/" + isa + " / reference"));
    }

    @Test
    void summarises() {
        CommandRun run = CommandRun.of("gradcheck", "--summary", "--only", "GRU T = 1");

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("1 of 1 variants passed").doesNotContain("variant  ");
    }

    @Test
    void saysWhatMissed() {
        CommandRun run = CommandRun.of(
                "gradcheck", "--summary", "--only", "GRU T = 1", "--tolerance", "0", "--backend", "reference");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("MISS reference / reference, GRU T = 1, N = 1")
                .contains("grad.weight_ih_l0", "FAILED", "0 of 1 variants passed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--only transformer | --only: 'transformer'",
                "--threads 0 | --threads: 0 (expected: an integer, 1 to 1024)",
                "--tolerance -1 | --tolerance: -1.0 (expected: a number >= 0)",
                "--backend reference --isa plain | --isa: [plain] (expected: only with the cpu backend",
                "--backend abacus | --backend",
            })
    void refusesWrongArguments(String arguments, String message) {
        CommandRun run = CommandRun.of(("gradcheck " + arguments).split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    @Test
    void variantsHaveNamesOfTheirOwn() {
        assertThat(LayerVariant.all().stream().map(LayerVariant::name)).doesNotHaveDuplicates();
    }

    /** Every option that a layer has is in some row, so that a new one is not forgotten here. */
    @Test
    void variantsCoverEveryOption() {
        List<RecurrentConfig> all =
                LayerVariant.all().stream().map(LayerVariant::config).toList();
        List<Predicate<RecurrentConfig>> options = List.of(
                d -> d.layers() > 1,
                d -> d.projectionSize() > 0,
                d -> d.direction() == Direction.REVERSE,
                d -> d.direction() == Direction.BIDIRECTIONAL,
                d -> d.merge() == Merge.SUM,
                d -> !d.bias(),
                RecurrentConfig::batchMajor,
                d -> d.dropout() > 0,
                d -> d.cellClip() > 0,
                d -> d.gateClip() > 0,
                RecurrentConfig::peepholes,
                RecurrentConfig::coupledInputForget,
                d -> d.reset() == ResetPlacement.BEFORE,
                d -> d.reset() == ResetPlacement.NONE);

        for (int i = 0; i < options.size(); i++) {
            assertThat(all).as("option %d", i).anyMatch(options.get(i));
        }
        for (Activation.Kind kind : Activation.Kind.values()) {
            assertThat(all).as("activation %s", kind).anyMatch(d -> d.activations().stream()
                    .anyMatch(f -> f.kind() == kind));
        }
        assertThat(LayerVariant.all())
                .anyMatch(v -> v.lengths() != null && Arrays.stream(v.lengths()).anyMatch(length -> length == 0));
    }
}
