package io.github.fusedrnn.formats;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The recurrent layers of a file. A layer that cannot be imported faithfully is in {@link #refused}, with the reason, and does not
 * keep the others from being used.
 *
 * @param file where it was read from
 * @param format the file's format, for people
 * @param layers in the order of the file
 * @param refused recurrent layers that were not imported, by name, with a sentence each
 * @param ignored what else the file has, a sentence each
 */
public record ModelImport(
        Path file, String format, List<LayerImport> layers, Map<String, String> refused, List<String> ignored) {
    /** Copies lists and map. */
    public ModelImport {
        layers = List.copyOf(layers);
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
        ignored = List.copyOf(ignored);
    }

    /**
     * The layer of a name.
     *
     * @param name what the file calls it
     * @throws FormatException if there is none, or it was refused
     */
    public LayerImport layer(String name) throws FormatException {
        for (LayerImport layer : layers) {
            if (layer.name().equals(name)) {
                return layer;
            }
        }
        String reason = refused.get(name);
        throw new FormatException(
                file, "layer '" + name + "': " + (reason == null ? "none (expected: one of " + names() + ")" : reason));
    }

    /**
     * The one layer of the file.
     *
     * @throws FormatException if there is none or there are several, or any was refused
     */
    public LayerImport only() throws FormatException {
        requireNoneRefused();
        if (layers.size() != 1) {
            throw new FormatException(
                    file, layers.size() + " recurrent layers " + names() + " (expected: 1; layer(name) chooses)");
        }
        return layers.get(0);
    }

    /**
     * Refuses a file with a recurrent layer that could not be imported.
     *
     * @return this
     * @throws FormatException naming each with its reason
     */
    public ModelImport requireNoneRefused() throws FormatException {
        if (!refused.isEmpty()) {
            List<String> reasons = refused.entrySet().stream()
                    .map(entry -> "layer '" + entry.getKey() + "': " + entry.getValue())
                    .toList();
            throw new FormatException(file, String.join("; ", reasons));
        }
        return this;
    }

    private List<String> names() {
        return layers.stream().map(LayerImport::name).limit(20).toList();
    }
}
