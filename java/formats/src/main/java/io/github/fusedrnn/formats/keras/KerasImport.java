package io.github.fusedrnn.formats.keras;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.file.StoredZip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Reads the recurrent layers of a Keras file: a {@code .keras} archive, or an HDF5 file with a whole model or with weights alone. Fields of
 * a layer's configuration are honoured, or the layer is refused with the field's name.
 */
public final class KerasImport {
    /** Configurations have kilobytes. */
    private static final int MAX_CONFIG = 16 << 20;

    private KerasImport() {}

    /**
     * Reads all recurrent layers of a file.
     *
     * @param file the file; an archive is told by its first bytes
     * @return the layers by their names in the model, or by their path in the file where it has weights alone
     * @throws FormatException if it is neither such an archive nor an HDF5 file
     * @throws IOException if it cannot be read
     * @throws UnsupportedOperationException if jhdf is not there
     */
    public static ModelImport read(Path file) throws IOException {
        try {
            Class.forName("io.jhdf.HdfFile");
        } catch (ClassNotFoundException e) {
            throw new UnsupportedOperationException(
                    "Keras: jhdf is not there (expected: it on the class path; on the module path also --add-modules io.jhdf)",
                    e);
        }
        boolean zip;
        try (InputStream in = Files.newInputStream(file)) {
            zip = in.read() == 'P' && in.read() == 'K';
        }
        return zip ? archive(file) : hdf5(file);
    }

    private static ModelImport hdf5(Path file) throws IOException {
        ByteBuffer bytes;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new FormatException(file, channel.size() + " bytes (expected: less than 2^31 for an HDF5 file)");
            }
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
        Hdf5Cells cells = Hdf5Cells.read(file, bytes);
        String text = cells.attribute("model_config");
        return layers(file, "HDF5 of Keras", cells, config(file, text), cells.attribute("keras_version"));
    }

    private static ModelImport archive(Path file) throws IOException {
        try (StoredZip zip = StoredZip.open(file, "Keras")) {
            Hdf5Cells cells =
                    Hdf5Cells.read(file, ByteBuffer.wrap(entry(file, zip, "model.weights.h5", Integer.MAX_VALUE - 8)));
            String config = new String(entry(file, zip, "config.json", MAX_CONFIG), StandardCharsets.UTF_8);
            Map<String, Object> metadata =
                    config(file, new String(entry(file, zip, "metadata.json", MAX_CONFIG), StandardCharsets.UTF_8));
            return layers(
                    file, "Keras archive", cells, config(file, config), Json.text(metadata, "keras_version", "3"));
        }
    }

    private static byte[] entry(Path file, StoredZip zip, String name, int limit) throws IOException {
        @Nullable ZipEntry entry = zip.find(name);
        if (entry == null) {
            throw new FormatException(file, "no entry " + name + " (expected: an archive of Keras)");
        }
        if (entry.getSize() > limit) {
            throw new FormatException(
                    file, name + ": " + entry.getSize() + " bytes (expected: at most " + limit + " bytes)");
        }
        byte[] bytes = zip.bytes(entry, 0, (int) entry.getSize());
        if (bytes.length != entry.getSize()) {
            throw new FormatException(file, name + ": ends early (expected: " + entry.getSize() + " bytes)");
        }
        return bytes;
    }

    private static Map<String, Object> config(Path file, String text) throws IOException {
        if (text.isEmpty()) {
            return Map.of();
        }
        try {
            return Json.object(text);
        } catch (IOException e) {
            throw new FormatException(file, "configuration: " + e.getMessage() + " (expected: a model's JSON)", e);
        }
    }

    private static ModelImport layers(
            Path file, String format, Hdf5Cells found, Map<String, Object> model, String version) {
        KerasConfig config = new KerasConfig(model);
        Map<String, List<KerasCell>> byBase = new LinkedHashMap<>();
        for (KerasCell cell : found.cells()) {
            List<KerasCell> cells = byBase.computeIfAbsent(cell.base(), base -> new ArrayList<>());
            // The file lists backward before forward.
            cells.add(cell.direction().equals("forward") ? 0 : cells.size(), cell);
        }
        List<LayerImport> layers = new ArrayList<>();
        Map<String, String> refused = new LinkedHashMap<>();
        List<KerasConfig.Layer> left = new ArrayList<>(config.layers());
        byBase.forEach((base, cells) -> {
            KerasConfig.@Nullable Layer configured = config.of(base);
            left.remove(configured);
            String name = configured == null ? base : configured.name();
            try {
                if (cells.size() > 2
                        || (cells.size() == 2 && cells.get(1).direction().isEmpty())) {
                    throw new IllegalArgumentException(
                            cells.size() + " cells in one place (expected: 1, or 2 of a Bidirectional)");
                }
                layers.add(new KerasLayer(cells, configured, !version.startsWith("2.") && !version.startsWith("1."))
                        .read(name));
            } catch (IllegalArgumentException e) {
                refused.put(name, String.valueOf(e.getMessage()));
            }
        });
        for (KerasConfig.Layer layer : left) {
            refused.putIfAbsent(
                    layer.name(), layer.type() + " whose weights are not where SimpleRNN, LSTM and GRU have them");
        }
        return new ModelImport(
                file, format + (version.isEmpty() ? "" : ", version " + version), layers, refused, List.of());
    }
}
