package io.github.fusedrnn.formats.keras;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.keras.KerasCell.Matrix;
import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the weights of recurrent cells in an HDF5 file: {@code .../kernel:0} beside {@code .../recurrent_kernel:0} in files of Keras 2,
 * {@code .../cell/vars/0} and so on in those of Keras 3. Links are not followed and compressed data is refused, as Keras writes neither,
 * so that memory is bounded by the size of the file.
 */
final class Hdf5Cells {
    /** Enough of any version of the superblock to read the end-of-file address. */
    private static final int SUPERBLOCK = 52;

    /** Byte 137, HDF, and line ends that a text transfer would change. */
    private static final long SIGNATURE = 0x0a1a0a0d46444889L;

    private static final int MAX_DEPTH = 32;
    private static final int MAX_NODES = 100_000;

    private final Path file;
    private final long fileBytes;
    private final List<KerasCell> cells = new ArrayList<>();
    private final Map<String, String> attributes = new HashMap<>();
    private final Set<Long> visited = new HashSet<>();
    private long bytesLeft;
    private int nodes;

    private Hdf5Cells(Path file, long fileBytes) {
        this.file = file;
        this.fileBytes = fileBytes;
        // Attributes and datasets may share what they hold, but not much.
        bytesLeft = 4 * fileBytes;
    }

    /**
     * Reads an HDF5 file. It has to be in memory, or mapped: from a channel the library would take as much memory as any number in the
     * file asks for, where a buffer has bounds.
     *
     * @param file for messages
     * @param bytes the file
     * @throws FormatException if it is not an HDF5 file
     */
    static Hdf5Cells read(Path file, ByteBuffer bytes) throws FormatException {
        Hdf5Cells found = new Hdf5Cells(file, bytes.capacity());
        found.requireWhole(bytes.duplicate());
        try (HdfFile hdf = HdfFile.fromByteBuffer(bytes)) {
            found.root(hdf);
        } catch (RuntimeException | StackOverflowError e) {
            // The library reports a broken file by whatever exception comes first.
            throw new FormatException(
                    file,
                    "HDF5: " + (e.getMessage() == null ? e.toString() : e.getMessage()) + " (expected: an HDF5 file)",
                    e);
        }
        return found;
    }

    /** The cells, in the order of the file. */
    List<KerasCell> cells() {
        return Collections.unmodifiableList(cells);
    }

    /** A text attribute of the root; empty if there is none. */
    String attribute(String name) {
        return attributes.getOrDefault(name, "");
    }

    /** Checks the end-of-file address of the superblock: a truncated file may look whole until the missing part is read. */
    private void requireWhole(ByteBuffer start) throws FormatException {
        start.order(ByteOrder.LITTLE_ENDIAN);
        boolean signed = start.remaining() >= SUPERBLOCK && start.getLong(0) == SIGNATURE;
        int version = signed ? start.get(8) : -1;
        if (!signed || version < 0 || version > 3 || start.get(version < 2 ? 13 : 9) != Long.BYTES) {
            throw new FormatException(
                    file,
                    "HDF5 at byte 0: no superblock of version 0 to 3 with 8-byte addresses (expected: an HDF5 file)");
        }
        long end = start.getLong(version == 0 ? 40 : version == 1 ? 44 : 28);
        if (end > fileBytes) {
            throw new FormatException(
                    file,
                    "HDF5: " + fileBytes + " bytes (expected: " + end + ", the end-of-file address of its superblock)");
        }
    }

    private void root(HdfFile hdf) throws FormatException {
        for (String name : List.of("model_config", "keras_version")) {
            @Nullable Attribute attribute = hdf.getAttributes().get(name);
            if (attribute != null && attribute.getSizeInBytes() <= fileBytes && attribute.getSize() == 1) {
                attributes.put(name, String.valueOf(attribute.getData()));
            }
        }
        walk(hdf, 0);
    }

    private void walk(Group group, int depth) throws FormatException {
        if (depth > MAX_DEPTH) {
            throw new FormatException(file, group.getPath() + ": groups deeper than " + MAX_DEPTH);
        }
        Map<String, Dataset> datasets = new HashMap<>();
        for (Node node : group) {
            if (++nodes > MAX_NODES) {
                throw new FormatException(file, "more than " + MAX_NODES + " groups and datasets");
            }
            if (node.isLink()) {
                continue;
            }
            if (node instanceof Group inner) {
                if (visited.add(inner.getAddress())) {
                    walk(inner, depth + 1);
                }
            } else if (node instanceof Dataset dataset) {
                datasets.put(dataset.getName().replaceFirst(":0$", ""), dataset);
            }
        }
        String path = group.getPath();
        if (path.endsWith("/cell/vars/") && datasets.containsKey("0") && datasets.containsKey("1")) {
            cell(
                    path.substring(0, path.length() - "cell/vars/".length()),
                    datasets.get("0"),
                    datasets.get("1"),
                    datasets.get("2"));
        } else if (datasets.containsKey("kernel") && datasets.containsKey("recurrent_kernel")) {
            cell(path, datasets.get("kernel"), datasets.get("recurrent_kernel"), datasets.get("bias"));
        }
    }

    private void cell(String path, @Nullable Dataset kernel, @Nullable Dataset recurrent, @Nullable Dataset bias)
            throws FormatException {
        if (kernel == null || recurrent == null) {
            return;
        }
        String base = path;
        String direction = "";
        // .../bidirectional/forward_lstm/lstm_cell/ in Keras 2, .../bidirectional/forward_layer/ in Keras 3
        String[] parts = path.split("/");
        StringBuilder before = new StringBuilder();
        for (String part : parts) {
            if (part.startsWith("forward_") || part.startsWith("backward_")) {
                direction = part.substring(0, part.indexOf('_'));
                base = before.toString();
                break;
            }
            before.append(part).append('/');
        }
        cells.add(
                new KerasCell(base, direction, matrix(kernel), matrix(recurrent), bias == null ? null : matrix(bias)));
    }

    private Matrix matrix(Dataset dataset) throws FormatException {
        String where = dataset.getPath() + ": ";
        int[] dims = dataset.getDimensions();
        long count = 1;
        for (int dim : dims) {
            if (dim < 0 || (dim > 0 && count > fileBytes / dim)) {
                throw new FormatException(file, where + "more elements than the file has bytes");
            }
            count *= dim;
        }
        bytesLeft -= Math.max(count * Float.BYTES, dataset.getSizeInBytes());
        if (bytesLeft < 0) {
            throw new FormatException(file, where + "more data in all than four times the file");
        }
        if (!dataset.getFilters().isEmpty()) {
            throw new FormatException(file, where + "compressed (expected: plain data, as Keras writes it)");
        }
        Object data = dataset.getDataFlat();
        float[] values = new float[(int) count];
        if (data instanceof float[] floats && floats.length == count) {
            System.arraycopy(floats, 0, values, 0, values.length);
        } else if (data instanceof double[] doubles && doubles.length == count) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) doubles[i];
            }
        } else {
            throw new FormatException(
                    file, where + count + " elements of " + dataset.getJavaType() + " (expected: float or double)");
        }
        return new Matrix(dims, values);
    }
}
