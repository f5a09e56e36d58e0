package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.BackendProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackendsTest {
    private final String before = System.getProperty(Backends.PROPERTY);

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(Backends.PROPERTY);
        } else {
            System.setProperty(Backends.PROPERTY, before);
        }
    }

    @Test
    void reportsEveryKindOnceWithAReason() {
        List<BackendStatus> report = Backends.report();
        assertThat(report).extracting(BackendStatus::kind).containsExactlyInAnyOrder(BackendKind.values());
        assertThat(report).allSatisfy(status -> assertThat(status.reason()).isNotBlank());
        assertThat(report)
                .filteredOn(BackendStatus::available)
                .extracting(BackendStatus::kind)
                .contains(BackendKind.REFERENCE);
    }

    @Test
    void reportsASettingThatCannotBeMetInsteadOfThrowing() {
        String property = "fusedrnn.cpu.isa";
        String isa = System.getProperty(property);
        System.setProperty(property, "sse");
        try {
            assertThat(Backends.report())
                    .filteredOn(status -> status.kind() == BackendKind.CPU && status.available())
                    .allSatisfy(status -> assertThat(status.details().get("settings"))
                            .startsWith("layers cannot be built: fusedrnn.cpu.isa: 'sse' (expected: auto or one that"));
        } finally {
            if (isa == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, isa);
            }
        }
    }

    @Test
    void takesTheBestOneFirst() {
        System.clearProperty(Backends.PROPERTY);
        BackendKind first = Backends.report().stream()
                .filter(BackendStatus::available)
                .findFirst()
                .orElseThrow()
                .kind();
        assertThat(Backends.best()).isEqualTo(first);
        try (Lstm layer = Lstm.builder(1, 1).build()) {
            assertThat(layer.backend()).isEqualTo(first);
        }
    }

    @Test
    void thePropertyDecidesAndTheBuilderOutranksIt() {
        System.setProperty(Backends.PROPERTY, "Reference");
        assertThat(Backends.best()).isEqualTo(BackendKind.REFERENCE);
        try (Lstm layer = Lstm.builder(1, 1).build()) {
            assertThat(layer.backend()).isEqualTo(BackendKind.REFERENCE);
        }
        System.setProperty(Backends.PROPERTY, "abacus");
        try (Lstm layer = Lstm.builder(1, 1).backend(BackendKind.REFERENCE).build()) {
            assertThat(layer.backend()).isEqualTo(BackendKind.REFERENCE);
        }
    }

    @Test
    void anUnknownNameIsAnError() {
        System.setProperty(Backends.PROPERTY, "abacus");
        String message = "fusedrnn.backend: 'abacus' (expected: one of [cpu, cudnn, reference])";
        assertThatThrownBy(Backends::best)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Lstm.builder(1, 1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aBackendThatIsAbsentIsAnErrorThatSaysWhy() {
        assertThatThrownBy(() -> Lstm.builder(1, 1).backend(BackendKind.CUDNN).build())
                .isInstanceOf(FusedRnnException.class)
                .hasMessage(
                        "backend CUDNN is not available: the artifact fusedrnn-cudnn is not on the class or module path");
        System.setProperty(Backends.PROPERTY, "cudnn");
        assertThatThrownBy(() -> Lstm.builder(1, 1).build())
                .isInstanceOf(FusedRnnException.class)
                .hasMessageContaining("fusedrnn-cudnn");
    }

    @Test
    void passedOverBackendsAreNoted() {
        System.clearProperty(Backends.PROPERTY);
        try (Lstm layer = Lstm.builder(1, 1).backend(BackendKind.REFERENCE).build()) {
            assertThat(layer.explain().notes()).isEmpty();
        }
    }

    /** What is there and yet cannot be opened, as a GPU that another process has for itself. */
    private record Provider(BackendKind kind, Supplier<Backend> opener) implements BackendProvider {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public Availability availability() {
            return Availability.yes("it is there");
        }

        @Override
        public Backend open() {
            return opener.get();
        }
    }

    private static Provider failing(RuntimeException failure) {
        return new Provider(BackendKind.CUDNN, () -> {
            throw failure;
        });
    }

    private static Backend first(Provider best, List<String> notes) {
        Provider next = new Provider(BackendKind.REFERENCE, () -> BackendRegistry.open(BackendKind.REFERENCE));
        return BackendRegistry.first(List.of(best, next), backend -> Availability.yes("it can"), notes);
    }

    @Test
    void oneThatCannotBeOpenedGivesWayToTheNextAndTheReasonIsKept() {
        List<String> notes = new ArrayList<>();
        Provider full = failing(new FusedRnnException("cudart", "cudaSetDevice", 2, "out of memory"));
        assertThat(first(full, notes).kind()).isEqualTo(BackendKind.REFERENCE);
        assertThat(notes)
                .containsExactly(
                        "not CUDNN: cannot be opened (cudart: cudaSetDevice failed: out of memory (status 2))");
        Provider unlinked = new Provider(BackendKind.CUDNN, () -> {
            throw new UnsatisfiedLinkError("no libcudnn");
        });
        assertThat(first(unlinked, notes).kind()).isEqualTo(BackendKind.REFERENCE);
        assertThat(notes).last().isEqualTo("not CUDNN: cannot be opened (no libcudnn)");
    }

    @Test
    void aWrongSettingOfTheBestOneStaysAnError() {
        List<String> notes = new ArrayList<>();
        Provider misled = failing(new IllegalArgumentException("fusedrnn.cudnn.device: '9'"));
        assertThatThrownBy(() -> first(misled, notes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fusedrnn.cudnn.device: '9'");
    }

    @Test
    void whereNoneOpensAllReasonsAreTold() {
        Provider full = failing(new IllegalStateException("full"));
        assertThatThrownBy(() ->
                        BackendRegistry.first(List.of(full, full), backend -> Availability.yes("-"), new ArrayList<>()))
                .isInstanceOf(FusedRnnException.class)
                .hasMessage("no backend is usable: [not CUDNN: cannot be opened (full), not CUDNN: cannot be opened"
                        + " (full)]");
    }
}
