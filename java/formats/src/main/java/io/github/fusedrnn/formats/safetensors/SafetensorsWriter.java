package io.github.fusedrnn.formats.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.fusedrnn.formats.file.AtomicFile;
import io.github.fusedrnn.internal.checks.Checks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Collects tensors and metadata and writes them as one safetensors file.
 *
 * <pre>{@code
 * new SafetensorsWriter()
 *         .metadata("mode", "lstm")
 *         .floats("weight_ih_l0", values, 80, 3)
 *         .write(Path.of("model.safetensors"));
 * }</pre>
 *
 * <p>The bytes of the file depend on what is in it and on nothing else: the widest element type comes first, tensors of
 * one width are in the order of their names, metadata in the order of its keys. The header is padded to a multiple of 8
 * bytes, so that, with this order, each tensor lies at a multiple of its element size.
 *
 * <p>Arrays and buffers are not copied when added; they are read by {@link #write} and must not change before. Not safe
 * for use by several threads at once.
 */
public final class SafetensorsWriter {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int SCRATCH_BYTES = 1 << 18;

    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Tensor> tensors = new TreeMap<>();

    /** Creates a writer with no tensors and no metadata; a file of these is valid. */
    public SafetensorsWriter() {}

    /** Puts {@code count} elements from {@code from} on into a little-endian buffer, from its start. */
    @FunctionalInterface
    private interface Encoder {
        void encode(int from, int count, ByteBuffer out);
    }

    private record Tensor(DType dtype, List<Long> shape, int count, Encoder encoder) {
        long bytes() {
            return (long) count * dtype.bytes();
        }
    }

    /**
     * Adds one free-form string.
     *
     * @param key its name, new to this writer
     * @param value its text
     * @return this
     * @throws IllegalArgumentException if the key is there already, or either is not valid Unicode
     */
    public SafetensorsWriter metadata(String key, String value) {
        requireText("key", key);
        requireText("value", value);
        if (metadata.putIfAbsent(key, value) != null) {
            throw Checks.wrong("key", Text.quoted(key), "each key once");
        }
        return this;
    }

    /**
     * Adds an F32 tensor.
     *
     * @param name its name, new to this writer
     * @param values its elements, row-major; read by {@code write}
     * @param shape its dimensions, none for a scalar
     * @return this
     * @throws IllegalArgumentException if the name is taken, reserved or not valid Unicode, a dimension is negative, or
     *     their product is not the number of values
     */
    public SafetensorsWriter floats(String name, float[] values, long... shape) {
        return floats(name, FloatBuffer.wrap(values), shape);
    }

    /**
     * Adds an F32 tensor.
     *
     * @param name its name, new to this writer
     * @param values its elements, row-major, from the buffer's present position to its limit, neither of which is
     *     changed; read by {@code write}
     * @param shape its dimensions, none for a scalar
     * @return this
     * @throws IllegalArgumentException if the name is taken, reserved or not valid Unicode, a dimension is negative, or
     *     their product is not the number of values
     */
    public SafetensorsWriter floats(String name, FloatBuffer values, long... shape) {
        FloatBuffer source = values.slice();
        return add(name, DType.F32, shape, source.remaining(), (from, count, out) -> out.asFloatBuffer()
                .put(0, source, from, count));
    }

    /**
     * Adds an F64 tensor.
     *
     * @param name its name, new to this writer
     * @param values its elements, row-major; read by {@code write}
     * @param shape its dimensions, none for a scalar
     * @return this
     * @throws IllegalArgumentException if the name is taken, reserved or not valid Unicode, a dimension is negative, or
     *     their product is not the number of values
     */
    public SafetensorsWriter doubles(String name, double[] values, long... shape) {
        DoubleBuffer source = DoubleBuffer.wrap(values);
        return add(name, DType.F64, shape, values.length, (from, count, out) -> out.asDoubleBuffer()
                .put(0, source, from, count));
    }

    /**
     * Adds an I64 tensor.
     *
     * @param name its name, new to this writer
     * @param values its elements, row-major; read by {@code write}
     * @param shape its dimensions, none for a scalar
     * @return this
     * @throws IllegalArgumentException if the name is taken, reserved or not valid Unicode, a dimension is negative, or
     *     their product is not the number of values
     */
    public SafetensorsWriter longs(String name, long[] values, long... shape) {
        LongBuffer source = LongBuffer.wrap(values);
        return add(name, DType.I64, shape, values.length, (from, count, out) -> out.asLongBuffer()
                .put(0, source, from, count));
    }

    /**
     * Writes the file, replacing one of that name whole or not at all: the content goes to a file aside in the same
     * folder, is forced to the disk and renamed. After a failure the old file is as it was and nothing is left aside;
     * after a crash the old file or the new one is there whole (and perhaps a hidden {@code .tmp} file). A symbolic
     * link is followed. The new file has the folder's default permissions. May be called again, for another file or
     * after adding more.
     *
     * @param path the file; its folder must exist
     * @throws IOException if it cannot be written, or the thread is interrupted
     * @throws IllegalStateException if names and metadata take more than the 100,000,000 bytes that a header may have
     */
    public void write(Path path) throws IOException {
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        tensors.entrySet().stream()
                .sorted(Comparator.comparing(entry -> -entry.getValue().dtype().bytes()))
                .forEachOrdered(entry -> ordered.put(entry.getKey(), entry.getValue()));
        byte[] header = header(ordered);
        AtomicFile.replace(path, channel -> {
            ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            writeAll(channel, scratch.putLong(header.length).flip());
            writeAll(channel, ByteBuffer.wrap(header));
            for (Tensor tensor : ordered.values()) {
                int step = SCRATCH_BYTES / tensor.dtype().bytes();
                for (int from = 0; from < tensor.count(); ) {
                    int count = Math.min(step, tensor.count() - from);
                    scratch.clear().limit(count * tensor.dtype().bytes());
                    tensor.encoder().encode(from, count, scratch);
                    writeAll(channel, scratch);
                    from += count;
                }
            }
        });
    }

    private SafetensorsWriter add(String name, DType dtype, long[] shape, int count, Encoder encoder) {
        requireText("name", name);
        if (name.equals(Header.METADATA)) {
            throw Checks.wrong("name", name, "another, this one is the metadata's");
        }
        List<Long> dimensions = Arrays.stream(shape).boxed().toList();
        if (TensorInfo.byteSize(dtype, dimensions) != (long) count * dtype.bytes()) {
            throw Checks.wrong(
                    "shape", dimensions, "a product of " + count + ", the values of tensor " + Text.quoted(name));
        }
        if (tensors.putIfAbsent(name, new Tensor(dtype, dimensions, count, encoder)) != null) {
            throw Checks.wrong("name", Text.quoted(name), "each name once");
        }
        return this;
    }

    private byte[] header(Map<String, Tensor> ordered) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(Header.METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (Map.Entry<String, Tensor> entry : ordered.entrySet()) {
                Tensor tensor = entry.getValue();
                json.writeObjectFieldStart(entry.getKey());
                json.writeStringField("dtype", tensor.dtype().name());
                json.writeArrayFieldStart("shape");
                for (long dimension : tensor.shape()) {
                    json.writeNumber(dimension);
                }
                json.writeEndArray();
                json.writeArrayFieldStart("data_offsets");
                json.writeNumber(offset);
                offset += tensor.bytes();
                json.writeNumber(offset);
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        bytes.write(" ".repeat(Math.floorMod(-bytes.size(), 8)).getBytes(StandardCharsets.US_ASCII));
        if (bytes.size() > Header.MAX_BYTES) {
            throw new IllegalStateException("header: " + bytes.size()
                    + " bytes of names and metadata (expected: at most " + Header.MAX_BYTES + ")");
        }
        return bytes.toByteArray();
    }

    private static void requireText(String argument, String text) {
        Objects.requireNonNull(text, argument);
        int index = Text.unpairedSurrogate(text);
        if (index >= 0) {
            throw Checks.wrong(argument, "half a surrogate pair at index " + index, "valid Unicode");
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
