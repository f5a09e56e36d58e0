package io.github.fusedrnn.examples.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.examples.CommandRun;
import io.github.fusedrnn.examples.SharedFolder;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.safetensors.SafetensorsLayers;
import io.github.fusedrnn.formats.safetensors.SafetensorsWeights;
import io.github.fusedrnn.formats.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
    @TempDir
    Path folder;

    private Path stateDict() throws IOException {
        Path path = folder.resolve("model.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        try (Lstm lstm = Lstm.builder(3, 4).backend(BackendKind.REFERENCE).build();
                Gru gru = Gru.builder(4, 2).backend(BackendKind.REFERENCE).build()) {
            SafetensorsWeights.add(writer, "a.", lstm.weights());
            SafetensorsWeights.add(writer, "b.", gru.weights());
            writer.floats("head.weight", new float[2], 1, 2).write(path);
        }
        return path;
    }

    @Test
    void inspectShowsLayersAndWhatRunsThem() throws IOException {
        CommandRun run = CommandRun.of("inspect", stateDict().toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("2 recurrent layer(s)", "layer 'a.'", "LSTM, C = 3, H = 4", "layer 'b.'", "GRU")
                .contains("reference: can run it", "cpu: can run it")
                .contains("not recurrent: head.weight [1, 2]");
    }

    @Test
    void importWritesTheLayersThatAreAskedFor() throws IOException {
        Path in = stateDict();
        Path out = folder.resolve("out.safetensors");
        CommandRun run = CommandRun.of("import", in.toString(), "-o", out.toString(), "--layer", "b.");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("mapped: b.weight_ih_l0 [6, 4] -> weight_ih_l0");
        ModelImport before = SafetensorsLayers.read(in);
        LayerImport after = SafetensorsLayers.read(out).only();
        assertThat(after.config()).isEqualTo(before.layer("b.").config());
        for (String name : after.weights().keySet()) {
            assertThat(after.weights().get(name))
                    .isEqualTo(before.layer("b.").weights().get(name));
        }
    }

    @Test
    void aRealModelComesThroughTheImport() throws IOException {
        Path model = SharedFolder.require("data/models/dtln").resolve("model_1.onnx");
        Path out = folder.resolve("dtln.safetensors");
        CommandRun run = CommandRun.of("import", model.toString(), "-o", out.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(SafetensorsLayers.read(out).layers())
                .extracting(LayerImport::name)
                .containsExactlyInAnyOrder("lstm_4.", "lstm_5.");
    }

    @Test
    void badInputIsOneSentenceAndExitCode2() throws IOException {
        Path out = folder.resolve("out.safetensors");
        Path broken = Files.writeString(folder.resolve("broken"), "not a model at all");
        Path bad = Files.writeString(folder.resolve("bad.onnx"), "not a model at all");
        Path good = stateDict();
        for (String[] arguments : new String[][] {
            {"inspect", broken.toString()},
            {"inspect", bad.toString()},
            {"inspect", folder.resolve("absent").toString()},
            {"inspect", folder.toString()},
            {"import", broken.toString(), "-o", out.toString()},
            {"import", good.toString(), "-o", out.toString(), "--layer", "c."},
            {"import", good.toString()},
        }) {
            CommandRun run = CommandRun.of(arguments);
            assertThat(run.exitCode()).as("%s", (Object) arguments).isEqualTo(2);
            assertThat(run.err().strip().lines()).as("%s", (Object) arguments).hasSize(1);
        }
        assertThat(out).doesNotExist();
    }
}
