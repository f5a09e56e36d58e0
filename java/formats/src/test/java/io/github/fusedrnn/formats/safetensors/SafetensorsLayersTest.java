package io.github.fusedrnn.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.check.ReferenceLayer;
import io.github.fusedrnn.check.ReferenceRun;
import io.github.fusedrnn.check.SequenceInput;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.GoldenRun;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.testing.FileInPlace;
import io.github.fusedrnn.formats.testing.LayerRun;
import io.github.fusedrnn.formats.testing.SharedFolder;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsLayersTest {
    private static final ImportReport NO_REPORT = new ImportReport(List.of(), List.of(), List.of(), List.of());

    @TempDir
    Path folder;

    private static LayerImport random(RecurrentConfig config) {
        Random random = new Random(7);
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (ParameterSpec spec : WeightLayout.of(config).parameters()) {
            float[] values = new float[(int) spec.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat() - 0.5f;
            }
            weights.put(spec.name(), values);
        }
        return new LayerImport("", config, weights, NO_REPORT);
    }

    /** A layer of which hardly anything can be told from names and shapes. */
    private static RecurrentConfig peculiar() {
        Activation hard = Activation.hardSigmoid(0.3f, 0.45f);
        return RecurrentConfig.lstm(3, 4)
                .layers(2)
                .bidirectional(Merge.SUM)
                .batchMajor(true)
                .dropout(0.25f)
                .cellClip(3.5f)
                .gateClip(5)
                .peepholes(true)
                .coupledInputForget(true)
                .activations(hard, Activation.TANH, Activation.SOFTSIGN, Activation.SIGMOID, Activation.RELU, hard)
                .build();
    }

    private Path write(String prefix, LayerImport layer) throws IOException {
        Path path = folder.resolve("layer.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        SafetensorsLayers.add(writer, prefix, layer);
        writer.write(path);
        return path;
    }

    private static GoldenRun golden(LayerImport layer) {
        RecurrentConfig config = layer.config();
        ReferenceLayer reference = ReferenceLayer.of(config);
        layer.weights().forEach((name, values) -> {
            double[] wide = new double[values.length];
            Arrays.setAll(wide, i -> values[i]);
            reference.setWeight(name, wide);
        });
        double[] x = new Random(3).doubles(5L * 2 * config.inputSize(), -1, 1).toArray();
        ReferenceRun run = reference.forward(SequenceInput.of(5, 2, x).withLengths(5, 3));
        return new GoldenRun(5, 2, new int[] {5, 3}, x, null, null, run.y(), run.hn(), run.cn());
    }

    @Test
    void aLayerComesBackWithItsDescriptionAndItsBits() throws IOException {
        LayerImport layer = random(peculiar());
        LayerImport back = SafetensorsLayers.read(write("encoder.", layer)).only();
        assertThat(back.name()).isEqualTo("encoder.");
        assertThat(back.config()).isEqualTo(layer.config());
        assertThat(back.weights().keySet())
                .containsExactlyElementsOf(layer.weights().keySet());
        back.weights()
                .forEach((name, values) ->
                        assertThat(values).as(name).isEqualTo(layer.weights().get(name)));
    }

    @Test
    void aStateDictTellsCellSizesLayersAndDirections() throws IOException {
        try (Lstm lstm = Lstm.builder(3, 6)
                        .projection(2)
                        .layers(2)
                        .backend(BackendKind.REFERENCE)
                        .build();
                Gru gru = Gru.builder(3, 5)
                        .bidirectional()
                        .layers(3)
                        .bias(false)
                        .backend(BackendKind.REFERENCE)
                        .build();
                Rnn rnn = Rnn.builder(2, 4).backend(BackendKind.REFERENCE).build()) {
            Path path = folder.resolve("model.safetensors");
            SafetensorsWriter writer = new SafetensorsWriter();
            SafetensorsWeights.add(writer, "a.lstm.", lstm.weights());
            SafetensorsWeights.add(writer, "gru.", gru.weights());
            SafetensorsWeights.add(writer, "", rnn.weights());
            writer.floats("head.weight", new float[6], 2, 3);
            writer.write(path);
            ModelImport model = SafetensorsLayers.read(path);
            for (Map.Entry<String, RecurrentLayer> expected : Map.<String, RecurrentLayer>of(
                            "a.lstm.", lstm, "gru.", gru, "", rnn)
                    .entrySet()) {
                LayerImport found = model.layer(expected.getKey());
                assertThat(found.config()).isEqualTo(expected.getValue().config());
                found.weights().forEach((name, values) -> assertThat(values)
                        .isEqualTo(expected.getValue().weights().get(name)));
            }
            assertThat(model.ignored()).containsExactly("head.weight [2, 3]");
            assertThat(model.layer("").report().warnings()).anyMatch(line -> line.contains("nonlinearity"));
        }
    }

    @Test
    void aLayerThatLacksAParameterIsRefusedAndTheOthersAreNot() throws IOException {
        Path path = folder.resolve("model.safetensors");
        new SafetensorsWriter()
                .floats("good.weight_ih", new float[6], 3, 2)
                .floats("good.weight_hh", new float[3], 3, 1)
                .floats("bad.weight_ih_l0", new float[8], 4, 2)
                .floats("bad.weight_hh_l0", new float[4], 4, 1)
                .floats("bad.bias_ih_l0", new float[4], 4)
                .floats("odd.weight_ih_l0", new float[4], 4, 1)
                .floats("odd.weight_hh_l0", new float[10], 5, 2)
                .write(path);
        ModelImport model = SafetensorsLayers.read(path);
        assertThat(model.layers()).extracting(LayerImport::name).containsExactly("good.");
        assertThat(model.layer("good.").config().cell()).isEqualTo(CellKind.GRU);
        assertThatThrownBy(() -> model.layer("bad."))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("bias_hh_l0: missing (expected: [4])");
        assertThatThrownBy(model::only).hasMessageContaining("weight_hh_l0: [5, 2]");
        assertThatThrownBy(() -> model.layer("none")).hasMessageContaining("[good.]");
    }

    @Test
    void aGoldenRunProvesTheImport() throws IOException {
        LayerImport layer = random(peculiar());
        Path path = folder.resolve("golden.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        SafetensorsLayers.add(writer, "", layer);
        SafetensorsLayers.addGolden(writer, "", layer.config(), golden(layer));
        writer.write(path);
        ModelImport model = SafetensorsLayers.read(path);
        assertThat(model.only().report().found()).anyMatch(line -> line.contains("reproduced by the reference"));
        assertThat(model.ignored()).isEmpty();
    }

    @Test
    void weightsThatDoNotReproduceTheGoldenRunAreRefused() throws IOException {
        LayerImport layer = random(peculiar());
        GoldenRun golden = golden(layer);
        layer.weights().get("bias_ih_l1")[0] += 0.01f;
        Path path = folder.resolve("golden.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        SafetensorsLayers.add(writer, "x.", layer);
        SafetensorsLayers.addGolden(writer, "x.", layer.config(), golden);
        writer.write(path);
        assertThatThrownBy(() -> SafetensorsLayers.read(path).only())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("golden output, element");
    }

    @Test
    void aWrongDescriptionIsAFormatException() throws IOException {
        for (String text :
                List.of("", "{", "[]", "{\"cell\":\"LSTM\"}", "{\"a\":[[[[1]]]]}", "{\"cell\":1,\"cell\":2}", "null")) {
            Path path = folder.resolve("wrong.safetensors");
            new SafetensorsWriter().metadata("fusedrnn.layer.x.", text).write(path);
            assertThatThrownBy(() -> SafetensorsLayers.read(path))
                    .as(text)
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("fusedrnn.layer.x.");
        }
    }

    @Test
    void truncationAtEveryByteIsAFormatException() throws IOException {
        RecurrentConfig small =
                RecurrentConfig.rnn(1, 1).activations(Activation.RELU).build();
        byte[] whole = Files.readAllBytes(write("", random(small)));
        Path path = folder.resolve("cut.safetensors");
        for (int length = 0; length < whole.length; length++) {
            FileInPlace.write(path, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafetensorsLayers.read(path)).isInstanceOf(FormatException.class);
        }
    }

    @Test
    void everyPytorchFileIsUnderstood() throws IOException {
        List<Path> files = SharedFolder.files("conformance/pytorch", ".safetensors");
        assertThat(files).hasSizeGreaterThanOrEqualTo(110);
        for (Path path : files) {
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                LayerImport layer = SafetensorsLayers.read(path).layer("");
                String mode = file.metadata().getOrDefault("mode", "");
                CellKind cell = mode.startsWith("rnn") ? CellKind.RNN : CellKind.valueOf(mode.toUpperCase(Locale.ROOT));
                assertThat(layer.config().cell()).as("%s", path).isEqualTo(cell);
                assertThat(layer.weights().get("weight_ih_l0")).isEqualTo(file.readFloatsNarrowed("weight_ih_l0"));
            }
        }
    }

    @Test
    void sileroVadsCellReproducesItsGoldenStates() throws IOException {
        Path silero = SharedFolder.path("data/models/silero-vad");
        LayerImport cell = SafetensorsLayers.read(silero.resolve("silero_vad_16k.safetensors"))
                .only();
        assertThat(cell.name()).isEqualTo("lstm_cell.");
        try (SafetensorsFile golden = SafetensorsFile.open(silero.resolve("golden_safetensors_weights.safetensors"))) {
            float[] h = golden.readFloats("h");
            float[] c = golden.readFloats("c");
            for (BackendKind backend : LayerRun.BACKENDS) {
                LayerRun run = LayerRun.of(cell, backend, 150, 1, golden.readFloats("features"), null, null, null);
                for (int i = 0; i < h.length; i++) {
                    assertThat(run.y()[i]).as("%s h %d", backend, i).isCloseTo(h[i], within(1e-5f));
                }
                // The golden c is itself 1.5e-5 away from a computation in float64 (largest value 38).
                for (int i = 0; i < 128; i++) {
                    assertThat(run.cn()[i]).as("%s c %d", backend, i).isCloseTo(c[149 * 128 + i], within(2e-5f));
                }
            }
        }
    }
}
