package io.github.fusedrnn.formats.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import io.github.fusedrnn.formats.testing.LayerRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Files that PyTorch, its ONNX exporter and Keras wrote themselves, where {@code -Dfusedrnn.frameworks=} points to what {@code
 * src/test/python/framework_models.py} made: every layer gives what it gave there, in all the file's forms, on both backends.
 */
class FrameworkFilesTest {
    /** What frameworks' own approximations of exp and tanh may differ by: Keras computes in float32. */
    private static final double APPROXIMATIONS = 1e-5;

    @TestFactory
    List<DynamicTest> layersAnswerAsTheyDidWhereTheyWereMade() throws IOException {
        String folder = System.getProperty("fusedrnn.frameworks", "");
        if (folder.isEmpty()) {
            // A test of its own, because a factory that gives up is not counted as skipped.
            return List.of(DynamicTest.dynamicTest(
                    "no models by other frameworks",
                    () -> abort("no models by other frameworks: -Dfusedrnn.frameworks names none")));
        }
        try (Stream<Path> files = Files.walk(Path.of(folder))) {
            return files.filter(path -> path.getFileName().toString().startsWith("golden-"))
                    .sorted()
                    .map(path -> DynamicTest.dynamicTest(
                            path.getParent().getFileName() + "/" + path.getFileName(), () -> compare(path)))
                    .toList();
        }
    }

    private static void compare(Path golden) throws IOException {
        Path model;
        try (Stream<Path> files = Files.list(golden.getParent())) {
            model = files.filter(path -> path.getFileName().toString().matches("model\\.(?!onnx\\.data).*"))
                    .findAny()
                    .orElseThrow();
        }
        try (SafetensorsFile file = SafetensorsFile.open(golden)) {
            String words = file.metadata().get("refused");
            if (words != null) {
                assertThatThrownBy(() -> ModelFile.read(model).only())
                        .isInstanceOf(FormatException.class)
                        .hasMessageContaining(words);
                return;
            }
            LayerImport layer = layer(
                    ModelFile.read(model).requireNoneRefused(), file.metadata().get("layer"));
            float[] x = file.readFloats("x");
            float[] y = file.readFloats("y");
            int n = (int) file.info("x").dimensions()[0];
            int t = (int) file.info("x").dimensions()[1];
            double limit = Math.max(APPROXIMATIONS, Tolerances.float32(layer.config(), t, n)) * largest(y);
            boolean batchMajor = layer.config().batchMajor();
            for (BackendKind backend : LayerRun.BACKENDS) {
                float[] given = batchMajor ? x : swapped(x, n, t);
                float[] answer = LayerRun.of(layer, backend, t, n, given, null, null, null)
                        .y();
                assertThat(batchMajor ? answer : swapped(answer, t, n))
                        .as("%s on %s", layer.report(), backend)
                        .containsExactly(y, Offset.offset((float) limit));
            }
        }
    }

    /** By its name, or by {@code *} and its place in the file. */
    private static LayerImport layer(ModelImport model, String name) throws IOException {
        if (name.startsWith("*")) {
            return model.layers().get(name.length() == 1 ? 0 : Integer.parseInt(name.substring(1)));
        }
        return model.layer(name);
    }

    /** [a, b, k] as [b, a, k]. */
    private static float[] swapped(float[] values, int a, int b) {
        int k = values.length / (a * b);
        float[] out = new float[values.length];
        for (int i = 0; i < a; i++) {
            for (int j = 0; j < b; j++) {
                System.arraycopy(values, (i * b + j) * k, out, (j * a + i) * k, k);
            }
        }
        return out;
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
