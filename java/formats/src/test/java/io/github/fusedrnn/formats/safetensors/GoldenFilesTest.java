package io.github.fusedrnn.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.formats.testing.SharedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that other software wrote; beside the project, or where {@code -Dfusedrnn.shared=} points. */
class GoldenFilesTest {
    @TempDir
    Path folder;

    private static List<Path> golden(String part) throws IOException {
        return SharedFolder.files(part, ".safetensors");
    }

    @Test
    void everyPytorchCaseParsesAndItsTwinHasTheSameShapes() throws IOException {
        List<Path> files = golden("conformance/pytorch");
        assertThat(files).hasSizeGreaterThanOrEqualTo(110);
        for (Path path : files) {
            boolean doubles = path.toString().endsWith(".f64.safetensors");
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertThat(path.getFileName().toString())
                        .startsWith(file.metadata().get("case") + ".");
                assertThat(file.metadata()).containsEntry("dtype", doubles ? "float64" : "float32");
                for (String name : file.names()) {
                    TensorInfo info = file.info(name);
                    if (info.dtype() == DType.I64) {
                        assertThat(Arrays.stream(file.readLongs(name))).allMatch(n -> n >= 0 && n <= 1000);
                    } else {
                        assertThat(info.dtype()).isEqualTo(doubles ? DType.F64 : DType.F32);
                        assertThat(Arrays.stream(file.readDoubles(name))).allMatch(Double::isFinite);
                    }
                }
                if (doubles) {
                    Path twin = Path.of(path.toString().replace(".f64.", ".f32."));
                    assertSameNumbers(file, twin);
                }
            }
        }
    }

    /** Both files start from the same float32 numbers, so the inputs agree exactly, whatever type they are kept in. */
    private static void assertSameNumbers(SafetensorsFile file, Path twin) throws IOException {
        try (SafetensorsFile floats = SafetensorsFile.open(twin)) {
            assertThat(floats.names()).containsExactlyInAnyOrderElementsOf(file.names());
            assertThat(floats.readDoubles("input")).isEqualTo(file.readDoubles("input"));
            assertThat(floats.readFloats("weight_ih_l0")).isEqualTo(file.readFloatsNarrowed("weight_ih_l0"));
        }
    }

    /** The file also holds inputs, outputs and gradients, which are none of the layer's business. */
    @Test
    void aLayerTakesItsWeightsFromAPytorchFile() throws IOException {
        Path path = golden("conformance/pytorch").stream()
                .filter(file -> file.endsWith("lstm_l2_bi.f32.safetensors"))
                .findAny()
                .orElseThrow();
        try (SafetensorsFile file = SafetensorsFile.open(path);
                Lstm layer = Lstm.builder(4, 5)
                        .layers(2)
                        .bidirectional()
                        .backend(BackendKind.REFERENCE)
                        .build()) {
            SafetensorsWeights.load(file, "", layer);
            assertThat(layer.weights().names()).hasSize(16);
            for (String name : layer.weights().names()) {
                assertThat(layer.weights().get(name)).as(name).isEqualTo(file.readFloats(name));
            }
        }
    }

    @Test
    void everyOnnxRuntimeCaseParses() throws IOException {
        List<Path> files = golden("conformance/onnxruntime");
        assertThat(files).hasSizeGreaterThanOrEqualTo(26);
        for (Path path : files) {
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertThat(path).hasFileName(file.metadata().get("case") + ".safetensors");
                long hidden = Long.parseLong(file.metadata().get("hidden_size"));
                assertThat(file.info("R").shape()).hasSize(3).last().isEqualTo(hidden);
                assertThat(file.readFloats("Y")).hasSize((int) file.info("Y").elementCount());
            }
        }
    }

    /** The same bytes as another writer of the format produces: order, JSON, padding and data. */
    @Test
    void rewritingAFileGivesItsOwnBytes() throws IOException {
        int rewritten = 0;
        for (String part : List.of("conformance/pytorch", "conformance/onnxruntime")) {
            for (Path path : golden(part)) {
                Path copy = folder.resolve("copy");
                if (rewrite(path, copy)) {
                    rewritten++;
                    assertThat(copy).as("rewritten %s", path).hasSameBinaryContentAs(path);
                }
            }
        }
        assertThat(rewritten).isGreaterThanOrEqualTo(130);
    }

    /** False where the file holds a type that we do not write. */
    private static boolean rewrite(Path from, Path to) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        try (SafetensorsFile file = SafetensorsFile.open(from)) {
            for (Map.Entry<String, String> entry : file.metadata().entrySet()) {
                writer.metadata(entry.getKey(), entry.getValue());
            }
            for (String name : file.names()) {
                long[] shape = file.info(name).dimensions();
                switch (file.info(name).dtype()) {
                    case F32 -> writer.floats(name, file.readFloats(name), shape);
                    case F64 -> writer.doubles(name, file.readDoubles(name), shape);
                    case I64 -> writer.longs(name, file.readLongs(name), shape);
                    default -> {
                        return false;
                    }
                }
            }
        }
        writer.write(to);
        return true;
    }
}
