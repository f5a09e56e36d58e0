package io.github.fusedrnn.formats.pytorch;

import io.github.fusedrnn.formats.FloatBits;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.file.StoredZip;
import io.github.fusedrnn.formats.pytorch.PickleReader.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a checkpoint that {@code torch.save} wrote as a zip archive (.pt, .pth, since PyTorch 1.6): a state_dict, or dictionaries
 * and lists around state_dicts, whose keys are joined with dots. Nothing of the pickle is executed; a checkpoint that holds anything but
 * tensors, numbers, texts and their containers is refused with the name of the class.
 *
 * <p>Memory is bounded: the pickle has at most 16 MiB, entries are not compressed (as PyTorch writes them), and all tensors together are
 * read into at most four bytes for each byte of the file.
 */
public final class CheckpointFile implements NamedTensors, AutoCloseable {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_VISITS = 1_000_000;

    private final Path file;
    private final StoredZip zip;
    private final String folder;
    private final ByteOrder order;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Set<Object> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private int visits;
    private long elementsLeft;

    private CheckpointFile(Path file, StoredZip zip) throws IOException {
        this.file = file;
        this.zip = zip;
        elementsLeft = Files.size(file);
        @Nullable ZipEntry pickle = zip.first(name -> name.equals("data.pkl") || name.endsWith("/data.pkl"));
        if (pickle == null) {
            throw new FormatException(file, "no entry data.pkl (expected: an archive of torch.save)");
        }
        folder = pickle.getName().substring(0, pickle.getName().length() - "data.pkl".length());
        order = byteOrder();
        if (pickle.getSize() > PickleReader.MAX_BYTES) {
            throw new FormatException(
                    file,
                    pickle.getName() + ": " + pickle.getSize() + " bytes (expected: at most " + PickleReader.MAX_BYTES
                            + ")");
        }
        flatten("", PickleReader.read(file, zip.bytes(pickle, 0, (int) pickle.getSize())), 0);
    }

    /**
     * Opens a checkpoint and reads its names.
     *
     * @param file the file
     * @return the open file, to be closed by the caller
     * @throws FormatException if it is no such archive, or its pickle is not made of tensors
     * @throws IOException if it cannot be read
     */
    public static CheckpointFile open(Path file) throws IOException {
        StoredZip zip = StoredZip.open(file, "torch.save");
        try {
            return new CheckpointFile(file, zip);
        } catch (Throwable failure) {
            try {
                zip.close();
            } catch (IOException unclosed) {
                failure.addSuppressed(unclosed);
            }
            throw failure;
        }
    }

    /**
     * Reads all recurrent layers of a checkpoint.
     *
     * @param file the file
     * @return the layers by prefix, as {@link StateDictImport} finds them
     * @throws FormatException as {@link #open}
     * @throws IOException if it cannot be read
     */
    public static ModelImport readLayers(Path file) throws IOException {
        try (CheckpointFile checkpoint = open(file)) {
            return StateDictImport.read("PyTorch checkpoint", checkpoint, Map.of());
        }
    }

    private ByteOrder byteOrder() throws IOException {
        @Nullable ZipEntry entry = zip.find(folder + "byteorder");
        String text = entry == null ? "little" : new String(zip.bytes(entry, 0, 16), StandardCharsets.US_ASCII).strip();
        return switch (text) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw new FormatException(file, "byteorder: '" + text + "' (expected: little or big)");
        };
    }

    private void flatten(String name, Object value, int depth) throws FormatException {
        if (depth > MAX_DEPTH || ++visits > MAX_VISITS) {
            throw new FormatException(
                    file, "dictionaries deeper than " + MAX_DEPTH + " or with more than " + MAX_VISITS + " values");
        }
        if (value instanceof Tensor tensor) {
            tensors.put(name, tensor);
        } else if (value instanceof Map<?, ?> map && open.add(map)) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                flatten(joined(name, entry.getKey()), entry.getValue(), depth + 1);
            }
            open.remove(map);
        } else if (value instanceof List<?> list && open.add(list)) {
            for (int i = 0; i < list.size(); i++) {
                flatten(joined(name, i), list.get(i), depth + 1);
            }
            open.remove(list);
        }
    }

    private static String joined(String name, Object key) {
        return name.isEmpty() ? key.toString() : name + "." + key;
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public List<Long> shape(String name) throws FormatException {
        return tensor(name).shape();
    }

    @Override
    public String unreadable(String name) throws FormatException {
        StorageType type = type(tensor(name));
        return type.floats() ? "" : type.name();
    }

    @Override
    public float[] read(String name) throws FormatException {
        Tensor tensor = tensor(name);
        StorageType type = type(tensor);
        String where = "tensor '" + name + "': ";
        if (!type.floats()) {
            throw new FormatException(file, where + type + " (expected: a storage of floats)");
        }
        int count = count(where, tensor);
        elementsLeft -= count;
        if (elementsLeft < 0) {
            throw new FormatException(file, where + "more elements in all than the file has bytes (expected: fewer)");
        }
        try {
            String entryName = folder + "data/" + tensor.storage().key();
            @Nullable ZipEntry entry = zip.find(entryName);
            if (entry == null || entry.getSize() != tensor.storage().elements() * type.bytes()) {
                throw new FormatException(
                        file,
                        where + entryName + ": " + (entry == null ? "missing" : entry.getSize() + " bytes")
                                + " (expected: " + tensor.storage().elements() + " elements of " + type + ")");
            }
            long[] span = span(where, tensor);
            long bytes = (span[1] - span[0]) * type.bytes();
            if (bytes > Integer.MAX_VALUE - 8) {
                throw new FormatException(file, where + bytes + " bytes (expected: less than 2^31)");
            }
            ByteBuffer data = ByteBuffer.wrap(zip.bytes(entry, span[0] * type.bytes(), (int) bytes))
                    .order(order);
            if (data.capacity() != bytes) {
                throw new FormatException(
                        file, where + entryName + " ends early (expected: " + entry.getSize() + " bytes)");
            }
            return gather(tensor, type, data, count);
        } catch (FormatException e) {
            throw e;
        } catch (IOException e) {
            throw new FormatException(file, where + e.getMessage() + " (expected: a whole entry)", e);
        }
    }

    private Tensor tensor(String name) throws FormatException {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new FormatException(file, "tensor '" + name + "': none (expected: one of its names)");
        }
        return tensor;
    }

    private StorageType type(Tensor tensor) throws FormatException {
        StorageType type = StorageType.named(tensor.storage().type());
        if (type == null) {
            throw new FormatException(
                    file, "storage of '" + tensor.storage().type() + "' (expected: a type of PyTorch)");
        }
        return type;
    }

    /** Number of elements; a view that repeats elements could be of any size, and no weight is one. */
    private int count(String where, Tensor tensor) throws FormatException {
        if (tensor.shape().size() > MAX_DEPTH) {
            throw new FormatException(
                    file, where + tensor.shape().size() + " dimensions (expected: at most " + MAX_DEPTH + ")");
        }
        long count = 1;
        for (long dim : tensor.shape()) {
            if (dim < 0 || (dim > 0 && count > Integer.MAX_VALUE / dim)) {
                throw new FormatException(
                        file, where + "shape " + tensor.shape() + " (expected: fewer than 2^31 elements)");
            }
            count *= dim;
        }
        if (count > tensor.storage().elements()) {
            throw new FormatException(
                    file,
                    where + "shape " + tensor.shape() + " (expected: no more than the "
                            + tensor.storage().elements() + " elements of its storage)");
        }
        return (int) count;
    }

    /** First element of the storage that is used, and one past the last. */
    private long[] span(String where, Tensor tensor) throws FormatException {
        boolean empty = tensor.shape().contains(0L);
        long elements = tensor.storage().elements();
        long last = empty ? -1 : 0;
        boolean fits =
                tensor.shape().size() == tensor.strides().size() && tensor.offset() >= 0 && tensor.offset() <= elements;
        for (int i = 0; fits && !empty && i < tensor.shape().size(); i++) {
            long stride = tensor.strides().get(i);
            fits = stride >= 0 && stride <= elements;
            last += (tensor.shape().get(i) - 1) * Math.max(0, Math.min(stride, elements));
            fits &= last <= elements;
        }
        if (!fits || tensor.offset() + last >= Math.max(elements, 1) || elements > Long.MAX_VALUE / 16) {
            throw new FormatException(
                    file,
                    where + "offset " + tensor.offset() + ", shape " + tensor.shape() + ", strides " + tensor.strides()
                            + " (expected: within the " + elements + " elements of its storage)");
        }
        return new long[] {tensor.offset(), tensor.offset() + last + 1};
    }

    private static float[] gather(Tensor tensor, StorageType type, ByteBuffer data, int count) {
        float[] values = new float[count];
        int rank = tensor.shape().size();
        long[] index = new long[rank];
        long at = 0;
        for (int i = 0; i < count; i++) {
            int from = (int) at * type.bytes();
            values[i] = switch (type) {
                case FloatStorage -> data.getFloat(from);
                case DoubleStorage -> (float) data.getDouble(from);
                case HalfStorage -> FloatBits.ofHalf(data.getShort(from));
                case BFloat16Storage -> FloatBits.ofBfloat(data.getShort(from));
                default -> throw new IllegalStateException(type.name());
            };
            for (int d = rank - 1; d >= 0; d--) {
                at += tensor.strides().get(d);
                if (++index[d] < tensor.shape().get(d)) {
                    break;
                }
                at -= index[d] * tensor.strides().get(d);
                index[d] = 0;
            }
        }
        return values;
    }

    /** Part of an entry; fewer bytes where it ends early. */
    @Override
    public void close() throws IOException {
        zip.close();
    }

    @Override
    public String toString() {
        return "CheckpointFile[" + file + ", " + tensors.size() + " tensors, data " + Arrays.asList(folder, order)
                + "]";
    }
}
