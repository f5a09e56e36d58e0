package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.testing.Variants;
import org.junit.jupiter.api.Test;

class RecurrentBuilderTest {
    @Test
    void buildsWhatADescriptionSays() {
        Variants.all().forEach((name, desc) -> {
            try (RecurrentLayer layer =
                    RecurrentBuilder.of(desc).backend(BackendKind.REFERENCE).build()) {
                assertThat(layer.desc()).as(name).isEqualTo(desc);
            }
        });
    }

    @Test
    void buildsALayerLikeAnother() {
        LstmConfig config =
                Lstm.builder(3, 8).projection(2).layers(2).peepholes(true).config();
        try (Lstm lstm = Lstm.builder(config).backend(BackendKind.REFERENCE).build()) {
            assertThat(lstm.config()).isEqualTo(config);
        }
    }
}
