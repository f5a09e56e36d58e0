package io.github.fusedrnn.formats.model;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.file.StoredZip;
import io.github.fusedrnn.formats.keras.KerasImport;
import io.github.fusedrnn.formats.onnx.OnnxImport;
import io.github.fusedrnn.formats.pytorch.CheckpointFile;
import io.github.fusedrnn.formats.safetensors.SafetensorsLayers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Reads the recurrent layers of a file of any supported format, which is told by its first bytes: safetensors, ONNX, PyTorch
 * checkpoints, Keras archives and HDF5 files of Keras.
 *
 * <pre>{@code
 * ModelImport model = ModelFile.read(Path.of("model.onnx"));
 * try (RecurrentLayer layer = model.only().builder().build()) { ... }
 * }</pre>
 */
public final class ModelFile {
    private static final int START = 16;

    private ModelFile() {}

    /**
     * Reads a file.
     *
     * @param path the file
     * @return its recurrent layers, perhaps none
     * @throws FormatException if it is of no supported format, or breaks the rules of its own
     * @throws IOException if it cannot be read
     * @throws UnsupportedOperationException if a library that the format needs is not there
     */
    public static ModelImport read(Path path) throws IOException {
        byte[] start;
        try (InputStream bytes = Files.newInputStream(path)) {
            start = bytes.readNBytes(START);
        }
        // A safetensors file begins with the length of its header, of which the upper bytes are zero, and a brace.
        if (start.length > 8 && start[8] == '{' && start[6] == 0 && start[7] == 0) {
            return SafetensorsLayers.read(path);
        }
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".safetensors")) {
            return SafetensorsLayers.read(path);
        }
        // An ONNX model begins with field 1, its version as a number.
        if (name.endsWith(".onnx") || (start.length > 1 && start[0] == 8 && start[1] > 0 && start[1] < 64)) {
            return OnnxImport.read(path);
        }
        if (begins(start, 'P', 'K')) {
            return isKeras(path) ? KerasImport.read(path) : CheckpointFile.readLayers(path);
        }
        if (begins(start, 0x89, 'H', 'D', 'F')) {
            return KerasImport.read(path);
        }
        if (begins(start, 0x80, 2, 0x8a, 10)) {
            throw new FormatException(
                    path,
                    "byte 0: a checkpoint as PyTorch wrote it before version 1.6 (expected: a zip archive; torch.load and "
                            + "torch.save with a newer version make one)");
        }
        throw new FormatException(
                path, "byte 0: " + hex(start) + " (expected: a safetensors, ONNX, PyTorch or Keras file)");
    }

    /** A broken archive is reported by the reader that is chosen. */
    private static boolean isKeras(Path path) throws IOException {
        try (StoredZip zip = StoredZip.open(path, "Keras")) {
            return zip.find("model.weights.h5") != null;
        } catch (FormatException e) {
            return false;
        }
    }

    private static boolean begins(byte[] bytes, int... start) {
        for (int i = 0; i < start.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != start[i]) {
                return false;
            }
        }
        return true;
    }

    private static String hex(byte[] bytes) {
        if (bytes.length == 0) {
            return "nothing, the file is empty";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(bytes.length, 8); i++) {
            text.append(i == 0 ? "" : " ").append(String.format(Locale.ROOT, "%02x", bytes[i]));
        }
        return text.toString();
    }
}
