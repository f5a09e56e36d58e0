package io.github.fusedrnn.examples;

import io.github.fusedrnn.CellKind;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sizes of a character model.
 *
 * @param cell LSTM or GRU
 * @param hidden units of each layer
 * @param layers stacked layers
 * @param embedding width of the embedding, 0 = one-hot
 * @param dropout between layers, in training
 */
record CharSettings(CellKind cell, int hidden, int layers, int embedding, float dropout) {

    /** As strings, for a file. */
    Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("cell", Texts.lower(cell));
        map.put("hidden", String.valueOf(hidden));
        map.put("layers", String.valueOf(layers));
        map.put("embedding", String.valueOf(embedding));
        map.put("dropout", String.valueOf(dropout));
        return map;
    }

    /** From the strings of a file. */
    static CharSettings fromMap(Path path, Map<String, String> map) {
        try {
            return new CharSettings(
                    CellKind.valueOf(map.getOrDefault("cell", "").toUpperCase(java.util.Locale.ROOT)),
                    Integer.parseInt(map.getOrDefault("hidden", "")),
                    Integer.parseInt(map.getOrDefault("layers", "")),
                    Integer.parseInt(map.getOrDefault("embedding", "")),
                    Float.parseFloat(map.getOrDefault("dropout", "")));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    path + ": sizes " + map.keySet()
                            + " (expected: cell, hidden, layers, embedding, dropout, as charlm saves them)",
                    e);
        }
    }

    /** One line. */
    @Override
    public String toString() {
        return layers + " x " + cell + " of " + hidden + ", "
                + (embedding == 0 ? "one-hot" : "embedding of " + embedding)
                + (dropout > 0 ? ", dropout " + dropout : "");
    }
}
