package io.github.fusedrnn.formats.keras;

import static io.github.fusedrnn.formats.keras.KerasWriter.layer;

import io.github.fusedrnn.formats.testing.HostileBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** The fuzzer's target for the configuration inside a Keras archive, whose other parts are always right. */
public final class KerasConfigFuzz {
    private KerasConfigFuzz() {}

    public static String fuzzerTestOneInput(byte[] config) throws IOException {
        return HostileBytes.read(archive(config), KerasImport::read);
    }

    public static List<byte[]> seeds() {
        String bidirectional =
                "{\"class_name\": \"Bidirectional\", \"config\": {\"name\": \"both\", \"merge_mode\": \"sum\","
                        + " \"layer\": " + layer("LSTM", "forward", 1, "") + "}}";
        return List.of(
                KerasWriter.sequential(
                                layer("GRU", "gru", 1, "\"reset_after\": true, \"go_backwards\": false"), bidirectional)
                        .getBytes(StandardCharsets.UTF_8),
                KerasWriter.sequential(layer("SimpleRNN", "rnn", 1, "\"use_bias\": false"))
                        .getBytes(StandardCharsets.UTF_8));
    }

    static byte[] archive(byte[] config) throws IOException {
        KerasWriter writer = new KerasWriter();
        writer.put("layers/gru/cell/vars/0", 1, 1, 3);
        writer.put("layers/gru/cell/vars/1", 1, 1, 3);
        writer.put("layers/gru/cell/vars/2", 1, 2, 3);
        for (String half : List.of("forward_layer", "backward_layer")) {
            writer.put("layers/bidirectional/" + half + "/cell/vars/0", 1, 1, 4);
            writer.put("layers/bidirectional/" + half + "/cell/vars/1", 1, 1, 4);
            writer.put("layers/bidirectional/" + half + "/cell/vars/2", 1, 4);
        }
        return Files.readAllBytes(
                writer.archive(HostileBytes.file(), new String(config, StandardCharsets.ISO_8859_1), "3.5.0"));
    }
}
