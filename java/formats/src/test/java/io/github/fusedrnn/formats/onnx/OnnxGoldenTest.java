package io.github.fusedrnn.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.onnx.wire.ModelProto;
import io.github.fusedrnn.formats.onnx.wire.TensorProto;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import io.github.fusedrnn.formats.testing.LayerRun;
import io.github.fusedrnn.formats.testing.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models and results of other software: every import gives the golden values on the reference and on the CPU. */
class OnnxGoldenTest {
    /** Frameworks approximate exp and tanh; two of them agree to about 2e-6 on these values of size 1. */
    private static final float CLOSE = 1e-5f;

    private static void assertClose(String what, float[] actual, float[] expected, float tolerance) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("%s %d", what, i).isCloseTo(expected[i], within(tolerance));
        }
    }

    /** [T, D, N, H] as [T, N, D*H]. */
    private static float[] merged(float[] y, int t, int d, int n, int h) {
        float[] merged = new float[y.length];
        for (int i = 0; i < t * d * n; i++) {
            int row = i % n;
            int direction = i / n % d;
            int step = i / (n * d);
            System.arraycopy(y, i * h, merged, ((step * n + row) * d + direction) * h, h);
        }
        return merged;
    }

    @Test
    void everyOnnxRuntimeCaseIsReproducedOnEveryBackend() throws IOException {
        List<Path> models = SharedFolder.files("conformance/onnxruntime", ".onnx");
        assertThat(models).hasSizeGreaterThanOrEqualTo(26);
        for (Path path : models) {
            Path values = Path.of(path.toString().replace(".onnx", ".safetensors"));
            try (SafetensorsFile file = SafetensorsFile.open(values)) {
                Map<String, OnnxInput> inputs = new LinkedHashMap<>();
                for (String name : List.of("W", "R", "B", "P")) {
                    if (file.contains(name)) {
                        int[] dims = Arrays.stream(file.info(name).dimensions())
                                .mapToInt(Math::toIntExact)
                                .toArray();
                        inputs.put(name, new OnnxInput(file.readFloats(name), dims));
                    }
                }
                LayerImport layer = OnnxImport.read(path, inputs).only();
                List<Long> shape = file.info("X").shape();
                int t = shape.get(0).intValue();
                int n = shape.get(1).intValue();
                int[] lengths = file.contains("sequence_lens")
                        ? Arrays.stream(file.readLongs("sequence_lens"))
                                .mapToInt(Math::toIntExact)
                                .toArray()
                        : null;
                for (BackendKind backend : LayerRun.BACKENDS) {
                    LayerRun run = LayerRun.of(
                            layer,
                            backend,
                            t,
                            n,
                            file.readFloats("X"),
                            lengths,
                            file.contains("initial_h") ? file.readFloats("initial_h") : null,
                            file.contains("initial_c") ? file.readFloats("initial_c") : null);
                    String what = path.getFileName() + " on " + backend;
                    int d = layer.config().directions();
                    float[] y =
                            merged(file.readFloats("Y"), t, d, n, layer.config().hiddenSize());
                    assertClose(what + " Y", run.y(), y, CLOSE);
                    assertClose(what + " Y_h", run.hn(), file.readFloats("Y_h"), CLOSE);
                    if (file.contains("Y_c")) {
                        assertClose(what + " Y_c", run.cn(), file.readFloats("Y_c"), CLOSE);
                    }
                }
            }
        }
    }

    @Test
    void everyOfficialNodeCaseIsReproducedOnEveryBackend() throws IOException {
        List<Path> models = SharedFolder.files("conformance/onnx-node", "model.onnx");
        assertThat(models).hasSizeGreaterThanOrEqualTo(6);
        for (Path path : models) {
            ModelProto model = ModelProto.parseFrom(Files.readAllBytes(path));
            Map<String, OnnxInput> inputs = new LinkedHashMap<>();
            for (int i = 0; i < model.getGraph().getInputCount(); i++) {
                inputs.put(model.getGraph().getInput(i).getName(), tensor(path, "input_" + i));
            }
            LayerImport layer = OnnxImport.read(path, inputs).only();
            if (path.toString().contains("gru")) {
                assertThat(layer.config().reset()).isEqualTo(ResetPlacement.BEFORE);
            }
            OnnxInput x = inputs.get("X");
            for (BackendKind backend : LayerRun.BACKENDS) {
                LayerRun run = LayerRun.of(layer, backend, x.dims()[0], x.dims()[1], x.values(), null, null, null);
                assertClose(
                        path + " on " + backend,
                        run.hn(),
                        tensor(path, "output_0").values(),
                        CLOSE);
            }
        }
    }

    private static OnnxInput tensor(Path model, String name) throws IOException {
        Path path = model.resolveSibling("test_data_set_0").resolve(name + ".pb");
        TensorProto proto = TensorProto.parseFrom(Files.readAllBytes(path));
        Constant value = new TensorReader(path, new Budget(Files.size(path))).read(proto);
        return new OnnxInput(value.floats(), value.dims());
    }

    /** Its LSTM stands in both branches of an If, behind weights that are cut and joined there. */
    @Test
    void sileroVadReproducesItsGoldenStates() throws IOException {
        Path folder = SharedFolder.path("data/models/silero-vad");
        ModelImport model = OnnxImport.read(folder.resolve("silero_vad_16k_op15.onnx"));
        assertThat(model.requireNoneRefused().layers())
                .extracting(LayerImport::name)
                .containsExactly("/model/decoder/rnn/LSTM", "/model/decoder/rnn_1/LSTM");
        try (SafetensorsFile golden = SafetensorsFile.open(folder.resolve("golden_onnx_weights.safetensors"))) {
            float[] c = golden.readFloats("c");
            for (LayerImport layer : model.layers()) {
                for (BackendKind backend : LayerRun.BACKENDS) {
                    LayerRun run = LayerRun.of(layer, backend, 150, 1, golden.readFloats("features"), null, null, null);
                    assertClose(layer.name() + " h", run.y(), golden.readFloats("h"), CLOSE);
                    // The golden c is itself 1.5e-5 away from a computation in float64 (values beyond 30).
                    assertClose(layer.name() + " c", run.cn(), Arrays.copyOfRange(c, 149 * 128, 150 * 128), 2e-5f);
                }
            }
        }
    }

    @Test
    void dtlnReproducesItsGoldenStates() throws IOException {
        Path folder = SharedFolder.path("data/models/dtln");
        ModelImport model = OnnxImport.read(folder.resolve("model_1.onnx"));
        assertThat(model.format()).contains("OnnxMLTools");
        try (SafetensorsFile golden = SafetensorsFile.open(folder.resolve("golden.safetensors"))) {
            for (BackendKind backend : LayerRun.BACKENDS) {
                LayerRun first = LayerRun.of(
                        model.layer("lstm_4"), backend, 60, 1, golden.readFloats("magnitude"), null, null, null);
                assertClose("lstm_4 on " + backend, first.y(), golden.readFloats("lstm_4.h"), CLOSE);
                LayerRun second = LayerRun.of(model.layer("lstm_5"), backend, 60, 1, first.y(), null, null, null);
                assertClose("lstm_5 on " + backend, second.y(), golden.readFloats("lstm_5.h"), CLOSE);
            }
        }
    }
}
