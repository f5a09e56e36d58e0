package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.testing.Variants;
import org.junit.jupiter.api.Test;

class RecurrentBuilderTest {
    @Test
    void buildsWhatADescriptionSays() {
        Variants.all().forEach((name, desc) -> {
            try (RecurrentLayer layer =
                    RecurrentBuilder.of(desc).backend(BackendKind.REFERENCE).build()) {
                assertThat(layer.config()).as(name).isEqualTo(desc);
            }
        });
    }

    @Test
    void buildsALayerLikeAnother() {
        RecurrentConfig config =
                Lstm.builder(3, 8).projection(2).layers(2).peepholes(true).config();
        try (Lstm lstm = Lstm.builder(config).backend(BackendKind.REFERENCE).build()) {
            assertThat(lstm.config()).isEqualTo(config);
        }
    }

    @Test
    void aDeviceChoosesTheBackendThatHasDevices() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Lstm.builder(2, 3).device(-1))
                .withMessageContaining("device: -1");
        assertThatThrownBy(() -> Lstm.builder(2, 3)
                        .backend(BackendKind.REFERENCE)
                        .device(0)
                        .build())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("backend REFERENCE: has no devices to choose from");
        assertThatThrownBy(() -> Lstm.builder(2, 3).device(0).build())
                .isInstanceOf(FusedRnnException.class)
                .hasMessageContaining("backend CUDNN is not available");
    }
}
