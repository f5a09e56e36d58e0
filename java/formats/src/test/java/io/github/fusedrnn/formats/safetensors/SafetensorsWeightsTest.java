package io.github.fusedrnn.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.weights.ParameterSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWeightsTest {
    @TempDir
    Path folder;

    private static Lstm lstm(long seed) {
        return Lstm.builder(3, 4)
                .layers(2)
                .bidirectional()
                .projection(2)
                .backend(BackendKind.REFERENCE)
                .seed(seed)
                .build();
    }

    private static void assertSameValues(Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
    }

    @Test
    void twoLayersComeBackFromOneFile() throws IOException {
        Path path = folder.resolve("model");
        try (Lstm encoder = lstm(1);
                Gru decoder =
                        Gru.builder(2, 3).backend(BackendKind.REFERENCE).seed(2).build()) {
            SafetensorsWriter writer = new SafetensorsWriter().floats("embedding", new float[6], 2, 3);
            SafetensorsWeights.add(writer, "encoder.", encoder.weights());
            SafetensorsWeights.add(writer, "decoder.", decoder.weights());
            writer.write(path);
            try (SafetensorsFile file = SafetensorsFile.open(path);
                    Lstm other = lstm(3)) {
                for (ParameterSpec spec : encoder.weights().layout().parameters()) {
                    assertThat(file.info("encoder." + spec.name()).shape()).isEqualTo(spec.shape());
                }
                assertThat(other.weights().get("weight_ih_l0"))
                        .isNotEqualTo(encoder.weights().get("weight_ih_l0"));
                long version = other.weights().version();
                SafetensorsWeights.load(file, "encoder.", other);
                assertSameValues(other.weights().toMap(), encoder.weights().toMap());
                assertThat(other.weights().version()).isGreaterThan(version);
                assertSameValues(
                        SafetensorsWeights.read(
                                file, "decoder.", decoder.weights().layout()),
                        decoder.weights().toMap());
            }
        }
    }

    @Test
    void everythingWrongIsNamedAtOnceAndTheLayerStaysAsItWas() throws IOException {
        Path path = folder.resolve("wrong");
        new SafetensorsWriter()
                .floats("a.weight_ih_l0", new float[32], 2, 16)
                .doubles("a.weight_hh_l0", new double[64], 16, 4)
                .floats("a.bias_ih_l0", new float[16], 16)
                .floats("a.weight_ih_l0_reverse", new float[1], 1)
                .floats("a.weight_hr_l12", new float[2], 2)
                .floats("a.head.weight", new float[1], 1)
                .floats("a.weight_ih", new float[1], 1)
                .floats("weight_hh_l7", new float[1], 1)
                .write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path);
                Lstm layer = Lstm.builder(2, 4).backend(BackendKind.REFERENCE).build()) {
            Map<String, float[]> before = layer.weights().toMap();
            assertThatThrownBy(() -> SafetensorsWeights.load(file, "a.", layer))
                    .isInstanceOf(FormatException.class)
                    .hasMessage(path + ": weights under \"a.\": "
                            + "weight_ih_l0: [2, 16] (expected: [16, 2]); "
                            + "weight_hh_l0: F64 (expected: one of [F16, BF16, F32]); "
                            + "bias_hh_l0: missing (expected: [16]); "
                            + "weight_hr_l12: [2] (expected: none, the layer has no such parameter); "
                            + "weight_ih_l0_reverse: [1] (expected: none, the layer has no such parameter)");
            assertSameValues(layer.weights().toMap(), before);
        }
    }

    @Test
    void halfPrecisionWeightsAreRead() throws IOException {
        try (Gru layer =
                Gru.builder(1, 1).bias(false).backend(BackendKind.REFERENCE).build()) {
            String header = "{\"weight_ih_l0\":{\"dtype\":\"F16\",\"shape\":[3,1],\"data_offsets\":[0,6]},"
                    + "\"weight_hh_l0\":{\"dtype\":\"BF16\",\"shape\":[3,1],\"data_offsets\":[6,12]}}";
            byte[] data = RawFile.littleEndian(
                    (short) 0x3c00, (short) 0xc000, (short) 0x0001, (short) 0x3f80, (short) 0xc000, (short) 0x0000);
            try (SafetensorsFile file = SafetensorsFile.open(RawFile.write(folder, header, data))) {
                SafetensorsWeights.load(file, "", layer);
            }
            assertThat(layer.weights().get("weight_ih_l0")).containsExactly(1, -2, 0x1p-24f);
            assertThat(layer.weights().get("weight_hh_l0")).containsExactly(1, -2, 0);
        }
    }
}
