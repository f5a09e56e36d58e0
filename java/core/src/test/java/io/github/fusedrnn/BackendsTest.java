package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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
                            .startsWith("no layer can be made: fusedrnn.cpu.isa: 'sse' (expected: auto or one that"));
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
}
