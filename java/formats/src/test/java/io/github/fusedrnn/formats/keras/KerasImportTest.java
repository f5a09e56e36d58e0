package io.github.fusedrnn.formats.keras;

import static io.github.fusedrnn.formats.keras.KerasWriter.layer;
import static io.github.fusedrnn.formats.keras.KerasWriter.sequential;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.layout.Framework;
import io.github.fusedrnn.formats.layout.LayerLayout;
import io.github.fusedrnn.formats.testing.FileInPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KerasImportTest {
    private static final int C = 3;
    private static final int H = 2;

    @TempDir
    Path folder;

    private final KerasWriter writer = new KerasWriter();

    private Path path() {
        return folder.resolve("model");
    }

    private static float[] canonical(CellKind cell, ResetPlacement reset, float[] keras, int columns) {
        return LayerLayout.of(Framework.KERAS, cell, reset).matrixToCanonical("kernel", keras, H, columns);
    }

    @Test
    void anHdf5ModelOfKeras2GivesItsLayers() throws IOException {
        float[] kernel = writer.put("model_weights/lstm_7/lstm_7/lstm_cell/kernel:0", 1, C, 4 * H);
        float[] recurrent = writer.put("model_weights/lstm_7/lstm_7/lstm_cell/recurrent_kernel:0", 100, H, 4 * H);
        float[] bias = writer.put("model_weights/lstm_7/lstm_7/lstm_cell/bias:0", 200, 4 * H);
        writer.put("model_weights/dense/dense/kernel:0", 0, H, 1);
        String config = sequential(
                layer("LSTM", "lstm_7", H, "\"dropout\": 0.2, \"time_major\": false"),
                "{\"class_name\": \"Dense\", \"config\": {\"name\": \"dense\"}}");
        LayerImport found =
                KerasImport.read(writer.hdf5(path(), config, "2.15.0")).only();
        assertThat(found.name()).isEqualTo("lstm_7");
        assertThat(found.config().batchMajor()).isTrue();
        assertThat(found.config().activations()).containsExactly(Activation.SIGMOID, Activation.TANH, Activation.TANH);
        assertThat(found.weights().get("weight_ih_l0"))
                .isEqualTo(canonical(CellKind.LSTM, ResetPlacement.AFTER, kernel, C));
        assertThat(found.weights().get("weight_hh_l0"))
                .isEqualTo(canonical(CellKind.LSTM, ResetPlacement.AFTER, recurrent, H));
        assertThat(found.weights().get("bias_ih_l0")).isEqualTo(bias);
        assertThat(found.weights().get("bias_hh_l0")).containsOnly(0);
        assertThat(found.report().ignored()).anyMatch(line -> line.startsWith("dropout 0.2"));
        assertThat(found.report().warnings()).isEmpty();
    }

    @Test
    void weightsAloneAreReadWithKerassDefaultsAndSaidSo() throws IOException {
        writer.put("gru/gru/gru_cell/kernel:0", 1, C, 3 * H);
        writer.put("gru/gru/gru_cell/recurrent_kernel:0", 100, H, 3 * H);
        float[] bias = writer.put("gru/gru/gru_cell/bias:0", 200, 2, 3 * H);
        LayerImport found = KerasImport.read(writer.hdf5(path(), "", "")).only();
        assertThat(found.config().cell()).isEqualTo(CellKind.GRU);
        assertThat(found.config().reset()).isEqualTo(ResetPlacement.AFTER);
        // z r h, input row then recurrent row
        assertThat(found.weights().get("bias_ih_l0"))
                .containsExactly(bias[2], bias[3], bias[0], bias[1], bias[4], bias[5]);
        assertThat(found.weights().get("bias_hh_l0"))
                .containsExactly(bias[8], bias[9], bias[6], bias[7], bias[10], bias[11]);
        assertThat(found.report().warnings()).anyMatch(line -> line.contains("without a configuration"));
    }

    @Test
    void anArchiveOfKeras3FindsTheLayersByTheirPlace() throws IOException {
        writer.put("layers/simple_rnn/cell/vars/0", 1, C, H);
        writer.put("layers/simple_rnn/cell/vars/1", 50, H, H);
        writer.put("layers/gru/cell/vars/0", 1, H, 3 * H);
        writer.put("layers/gru/cell/vars/1", 100, H, 3 * H);
        float[] bias = writer.put("layers/gru/cell/vars/2", 200, 3 * H);
        writer.put("layers/gru_1/cell/vars/0", 1, H, 3 * H);
        writer.put("layers/gru_1/cell/vars/1", 100, H, 3 * H);
        writer.put("layers/gru_1/cell/vars/2", 200, 2, 3 * H);
        String config = sequential(
                layer("SimpleRNN", "first", H, "\"use_bias\": false, \"go_backwards\": true"),
                layer("GRU", "second", H, "\"reset_after\": false"),
                layer("GRU", "third", H, "\"reset_after\": true")
                        .replace("\"sigmoid\"", "\"hard_sigmoid\"")
                        .replace("\"tanh\"", "\"relu\""));
        ModelImport model = KerasImport.read(writer.archive(path(), config, "3.5.0"));
        model.requireNoneRefused();
        assertThat(model.layer("first").config().direction()).isEqualTo(Direction.REVERSE);
        assertThat(model.layer("first").config().bias()).isFalse();
        assertThat(model.layer("second").config().reset()).isEqualTo(ResetPlacement.BEFORE);
        assertThat(model.layer("second").weights().get("bias_ih_l0"))
                .isEqualTo(canonical(CellKind.GRU, ResetPlacement.BEFORE, bias, 1));
        assertThat(model.layer("third").config().activations())
                .containsExactly(Activation.hardSigmoid(1 / 6f, 0.5f), Activation.RELU);
    }

    @Test
    void bothHalvesOfABidirectionalAreTakenInOrder() throws IOException {
        float[][] kernels = new float[2][];
        String[] halves = {"forward_layer", "backward_layer"};
        for (int d = 0; d < 2; d++) {
            kernels[d] = writer.put("layers/bidirectional/" + halves[d] + "/cell/vars/0", 1 + 100 * d, C, 4 * H);
            writer.put("layers/bidirectional/" + halves[d] + "/cell/vars/1", 50, H, 4 * H);
            writer.put("layers/bidirectional/" + halves[d] + "/cell/vars/2", 70, 4 * H);
        }
        String config = sequential(
                "{\"class_name\": \"Bidirectional\", \"config\": {\"name\": \"both\", \"merge_mode\": \"sum\","
                        + " \"layer\": " + layer("LSTM", "forward_lstm", H, "") + ", \"backward_layer\": "
                        + layer("LSTM", "backward_lstm", H, "\"go_backwards\": true") + "}}");
        LayerImport found =
                KerasImport.read(writer.archive(path(), config, "3.0.5")).layer("both");
        assertThat(found.config().direction()).isEqualTo(Direction.BIDIRECTIONAL);
        assertThat(found.config().merge()).isEqualTo(Merge.SUM);
        assertThat(found.weights().get("weight_ih_l0"))
                .isEqualTo(canonical(CellKind.LSTM, ResetPlacement.AFTER, kernels[0], C));
        assertThat(found.weights().get("weight_ih_l0_reverse"))
                .isEqualTo(canonical(CellKind.LSTM, ResetPlacement.AFTER, kernels[1], C));
    }

    @Test
    void theBidirectionalOfKeras2IsTakenToo() throws IOException {
        for (String half : new String[] {"backward", "forward"}) {
            String at = "model_weights/bi/bi/" + half + "_gru/gru_cell/";
            writer.put(at + "kernel:0", half.equals("forward") ? 1 : 500, C, 3 * H);
            writer.put(at + "recurrent_kernel:0", 100, H, 3 * H);
            writer.put(at + "bias:0", 200, 2, 3 * H);
        }
        String config = sequential(
                "{\"class_name\": \"Bidirectional\", \"config\": {\"name\": \"bi\", \"merge_mode\": \"concat\","
                        + " \"layer\": " + layer("GRU", "gru", H, "") + "}}");
        LayerImport found =
                KerasImport.read(writer.hdf5(path(), config, "2.11.0")).only();
        assertThat(found.config().merge()).isEqualTo(Merge.CONCAT);
        // gates z r h by columns: the first element of r is in column H
        assertThat(found.weights().get("weight_ih_l0")[0]).isEqualTo(1 + H);
        assertThat(found.weights().get("weight_ih_l0_reverse")[0]).isEqualTo(500 + H);
    }

    private void assertRefused(String config, String reason) throws IOException {
        writer.put("model_weights/r/r/cell/kernel:0", 1, C, 3 * H);
        writer.put("model_weights/r/r/cell/recurrent_kernel:0", 1, H, 3 * H);
        writer.put("model_weights/r/r/cell/bias:0", 1, 2, 3 * H);
        Path path = writer.hdf5(path(), config, "2.9.0");
        assertThatThrownBy(() -> KerasImport.read(path).only())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void whatIsNotUnderstoodIsRefusedByName() throws IOException {
        assertRefused(sequential(layer("GRU", "r", 5, "")), "units: 5.0");
        assertRefused(sequential(layer("LSTM", "r", H, "")), "class: LSTM");
        assertRefused(sequential(layer("CuDNNGRU", "r", H, "")), "class: CuDNNGRU");
        assertRefused(sequential(layer("GRU", "r", H, "\"reset_after\": false")), "reset_after is false");
        assertRefused(sequential(layer("GRU", "r", H, "").replace("tanh", "gelu")), "activation: gelu");
        assertRefused(sequential(layer("GRU", "r", H, ""), layer("ConvLSTM2D", "c", H, "")), "ConvLSTM2D");
        assertRefused("[1]", "configuration");
        assertRefused("{\"a\":".repeat(200), "configuration");
    }

    @Test
    void aBidirectionalThatAveragesIsRefused() throws IOException {
        for (String half : new String[] {"forward_layer", "backward_layer"}) {
            writer.put("layers/bidirectional/" + half + "/cell/vars/0", 1, C, H);
            writer.put("layers/bidirectional/" + half + "/cell/vars/1", 1, H, H);
        }
        String config =
                sequential("{\"class_name\": \"Bidirectional\", \"config\": {\"name\": \"b\", \"merge_mode\": \"ave\","
                        + " \"layer\": " + layer("SimpleRNN", "r", H, "") + "}}");
        Path path = writer.archive(path(), config, "3.0.0");
        assertThatThrownBy(() -> KerasImport.read(path).only()).hasMessageContaining("merge_mode: ave");
    }

    @Test
    void truncationAtEveryByteIsAFormatException() throws IOException {
        writer.put("layers/lstm/cell/vars/0", 1, 1, 4);
        writer.put("layers/lstm/cell/vars/1", 1, 1, 4);
        String config = sequential(layer("LSTM", "lstm", 1, ""));
        byte[] archive = Files.readAllBytes(writer.archive(path(), config, "3.0.0"));
        byte[] hdf5 = Files.readAllBytes(folder.resolve("weights.h5"));
        Path cut = folder.resolve("cut");
        for (byte[] whole : new byte[][] {archive, hdf5}) {
            for (int length = 0; length < whole.length; length++) {
                FileInPlace.write(cut, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> KerasImport.read(cut).only())
                        .as("%d of %d bytes", length, whole.length)
                        .isInstanceOf(FormatException.class);
            }
        }
    }

    @Test
    void changedBytesNeverEscapeAsAnythingElse() throws IOException {
        writer.put("lstm/lstm/cell/kernel:0", 1, 1, 4);
        writer.put("lstm/lstm/cell/recurrent_kernel:0", 1, 1, 4);
        byte[] whole = Files.readAllBytes(writer.hdf5(path(), sequential(layer("LSTM", "lstm", 1, "")), "2.9.0"));
        Random random = new Random(3);
        Path changed = folder.resolve("changed");
        for (int i = 0; i < 1500; i++) {
            byte[] bytes = whole.clone();
            for (int k = 0; k <= i % 3; k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            FileInPlace.write(changed, bytes);
            // Not about speed: a file that never ends must fail the test, not stop it.
            Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                try {
                    KerasImport.read(changed);
                } catch (FormatException e) {
                    assertThat(e).hasMessageStartingWith(changed.toString());
                }
            });
        }
    }
}
