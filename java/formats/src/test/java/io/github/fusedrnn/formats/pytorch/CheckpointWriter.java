package io.github.fusedrnn.formats.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes checkpoints byte by byte as torch.save does: a zip archive of stored entries with a pickle of protocol 2, an OrderedDict of calls
 * of _rebuild_tensor_v2 whose storages are persistent ids, and _metadata set on it. Written from the published opcodes, without PyTorch.
 */
final class CheckpointWriter {
    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private int memo;
    private int storages;

    CheckpointWriter() {
        op(0x80).op(2);
        orderedDict().op('(');
    }

    CheckpointWriter op(int... bytes) {
        for (int b : bytes) {
            pickle.write(b);
        }
        return this;
    }

    CheckpointWriter global(String module, String name) {
        pickle.writeBytes(('c' + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    CheckpointWriter text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        op('X').op(bytes.length & 0xff, bytes.length >> 8, 0, 0);
        pickle.writeBytes(bytes);
        return op('q', memo++ & 0x7f);
    }

    CheckpointWriter number(long value) {
        op('J');
        pickle.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) value)
                .array());
        return this;
    }

    CheckpointWriter numbers(long... values) {
        op('(');
        for (long value : values) {
            number(value);
        }
        return op('t');
    }

    CheckpointWriter orderedDict() {
        return global("collections", "OrderedDict").op(')', 'R');
    }

    /** One float tensor as PyTorch pickles it, row-major. */
    CheckpointWriter tensor(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        return view(storage("FloatStorage", bytes.array()), "FloatStorage", values.length, 0, shape, strides);
    }

    /** Adds the bytes of a storage; its key. */
    String storage(String type, byte[] bytes) {
        String key = String.valueOf(storages++);
        entries.put("archive/data/" + key, bytes);
        return key;
    }

    CheckpointWriter view(String key, String type, long elements, long offset, long[] shape, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .op('(', '(')
                .text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elements)
                .op('t', 'Q')
                .number(offset)
                .numbers(shape)
                .numbers(strides)
                .op(0x89)
                .orderedDict()
                .op('t', 'R');
    }

    /** Ends the state_dict as modules do. */
    CheckpointWriter end() {
        return op('u').op('}').text("_metadata").orderedDict().op('s', 'b', '.');
    }

    byte[] pickled() {
        return pickle.toByteArray();
    }

    Path write(Path path) throws IOException {
        return write(path, ZipEntry.STORED);
    }

    Path write(Path path, int method) throws IOException {
        return write(path, pickled(), method);
    }

    /** The same storages under another pickle. */
    Path write(Path path, byte[] otherPickle) throws IOException {
        return write(path, otherPickle, ZipEntry.STORED);
    }

    private Path write(Path path, byte[] pickled, int method) throws IOException {
        try (OutputStream out = Files.newOutputStream(path);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, "archive/data.pkl", pickled, method);
            entry(zip, "archive/byteorder", "little".getBytes(StandardCharsets.US_ASCII), method);
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                entry(zip, entry.getKey(), entry.getValue(), method);
            }
            entry(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII), method);
        }
        return path;
    }

    private static void entry(ZipOutputStream zip, String name, byte[] bytes, int method) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setMethod(method);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
