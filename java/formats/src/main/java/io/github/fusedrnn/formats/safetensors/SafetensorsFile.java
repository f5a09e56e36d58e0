package io.github.fusedrnn.formats.safetensors;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.internal.checks.Checks;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file, open for reading. The header is read and checked as a whole when the file is opened, so that
 * nothing it claims can lead outside the file or to an allocation larger than the file; the data is mapped into memory
 * and read when asked for. Files and single tensors of more than 2 GiB are fine.
 *
 * <p>Values come out converted only where that is exact; the one rounding method says so in its name:
 *
 * <table>
 * <caption>Element types by method</caption>
 * <tr><th>method</th><th>reads</th></tr>
 * <tr><td>{@code readFloats}, {@code readInto}</td><td>F32, F16, BF16</td></tr>
 * <tr><td>{@code readFloatsNarrowed}</td><td>these, and F64 rounded to the nearest float</td></tr>
 * <tr><td>{@code readDoubles}</td><td>F64, F32, F16, BF16</td></tr>
 * <tr><td>{@code readLongs}</td><td>I64, I32, I16, I8, U64 (below 2<sup>63</sup>), U32, U16, U8,
 * BOOL (0 or 1)</td></tr>
 * </table>
 *
 * <p>Safe for use by several threads at once. The file itself is closed again before {@code open} returns; only the
 * mapping stays. A file that is replaced by renaming, as {@link SafetensorsWriter} does it, keeps its old content for
 * those who have it open. One that another process shortens in place cannot be handled: where the lost part is read, the
 * Java runtime throws an {@link InternalError}, perhaps a little later.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** What {@link #readFloats} takes. */
    static final Set<DType> EXACT_FLOATS = Collections.unmodifiableSet(EnumSet.of(DType.F32, DType.F16, DType.BF16));

    static final Set<DType> ALL_FLOATS = EnumSet.of(DType.F64, DType.F32, DType.F16, DType.BF16);
    private static final Set<DType> INTEGERS = EnumSet.of(
            DType.I64, DType.I32, DType.I16, DType.I8, DType.U64, DType.U32, DType.U16, DType.U8, DType.BOOL);

    /** What every JVM can allocate as one array. */
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private final Path path;
    private final Header header;
    private final List<String> names;
    private volatile @Nullable MappedData data;

    private SafetensorsFile(Path path, Header header, MappedData data) {
        this.path = path;
        this.header = header;
        this.names = List.copyOf(header.tensors().keySet());
        this.data = data;
    }

    /**
     * Opens a file and checks its header.
     *
     * @param path the file
     * @return the open file, to be closed by the caller
     * @throws FormatException if it is not a valid safetensors file
     * @throws IOException if it cannot be read
     */
    public static SafetensorsFile open(Path path) throws IOException {
        return open(path, MappedData.CHUNK_BYTES);
    }

    static SafetensorsFile open(Path path, long chunkBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < HeaderParser.START) {
                throw new FormatException(path, size + " bytes (expected: at least 8, the length of the header)");
            }
            long length = read(path, channel, 0, HeaderParser.START)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            // The length is unsigned: from 2^63 on it is negative here.
            if (length < 0 || length > Header.MAX_BYTES) {
                throw new FormatException(
                        path,
                        "header length at byte 0: " + Long.toUnsignedString(length) + " (expected: at most "
                                + Header.MAX_BYTES + ")");
            }
            if (length > size - HeaderParser.START) {
                throw new FormatException(
                        path,
                        "header length at byte 0: " + length + " (expected: at most " + (size - HeaderParser.START)
                                + ", what is left of the file's " + size + " bytes)");
            }
            byte[] json = read(path, channel, HeaderParser.START, (int) length).array();
            long dataStart = HeaderParser.START + length;
            Header header = new HeaderParser(path, size - dataStart).parse(json);
            return new SafetensorsFile(path, header, MappedData.map(channel, dataStart, size - dataStart, chunkBytes));
        }
    }

    /**
     * Returns the file's free-form strings.
     *
     * @return an unmodifiable map in the order of the file, empty where the file has none
     */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Returns the names of all tensors.
     *
     * @return an unmodifiable list, in the order of the header
     */
    public List<String> names() {
        return names;
    }

    /**
     * Tells whether there is a tensor of that name.
     *
     * @param name a tensor's name
     * @return true if {@link #info} would find it
     */
    public boolean contains(String name) {
        return header.tensors().containsKey(name);
    }

    /**
     * Returns type, shape and place of a tensor.
     *
     * @param name a tensor's name
     * @return its entry in the header
     * @throws FormatException if the file has no such tensor
     */
    public TensorInfo info(String name) throws FormatException {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            int shown = Math.min(names.size(), 20);
            throw new FormatException(
                    path,
                    "tensor " + Text.quoted(name) + ": none (expected: one of "
                            + names.subList(0, shown).stream().map(Text::quoted).toList()
                            + (shown < names.size() ? " and " + (names.size() - shown) + " more)" : ")"));
        }
        return info;
    }

    /**
     * Reads a tensor of type F32, F16 or BF16; every value comes out exactly.
     *
     * @param name a tensor's name
     * @return its elements, row-major, in a fresh array
     * @throws FormatException if the file has no such tensor, or one of another type
     * @throws IllegalArgumentException if the tensor has more elements than an array can
     * @throws IllegalStateException if this file is closed
     */
    public float[] readFloats(String name) throws FormatException {
        TensorInfo info = typed(name, EXACT_FLOATS, "; readFloatsNarrowed rounds F64");
        return floats(name, info);
    }

    /**
     * Reads a tensor of type F64, rounding each value to the nearest float (ties to even; what is too large becomes an
     * infinity), or one of type F32, F16 or BF16, exactly.
     *
     * @param name a tensor's name
     * @return its elements, row-major, in a fresh array
     * @throws FormatException if the file has no such tensor, or one of another type
     * @throws IllegalArgumentException if the tensor has more elements than an array can
     * @throws IllegalStateException if this file is closed
     */
    public float[] readFloatsNarrowed(String name) throws FormatException {
        return floats(name, typed(name, ALL_FLOATS, ""));
    }

    /**
     * Reads a tensor of type F64, F32, F16 or BF16; every value comes out exactly.
     *
     * @param name a tensor's name
     * @return its elements, row-major, in a fresh array
     * @throws FormatException if the file has no such tensor, or one of another type
     * @throws IllegalArgumentException if the tensor has more elements than an array can
     * @throws IllegalStateException if this file is closed
     */
    public double[] readDoubles(String name) throws FormatException {
        TensorInfo info = typed(name, ALL_FLOATS, "");
        double[] values = new double[arrayLength(name, info)];
        DoubleBuffer out = DoubleBuffer.wrap(values);
        eachWindow(info, 0, values.length, window -> Elements.toDoubles(info.dtype(), window, out));
        return values;
    }

    /**
     * Reads a tensor of an integer type or of BOOL; every value comes out exactly.
     *
     * @param name a tensor's name
     * @return its elements, row-major, in a fresh array; 0 and 1 for BOOL
     * @throws FormatException if the file has no such tensor, or one of another type, or if it holds a U64 of
     *     2<sup>63</sup> or more or a BOOL that is neither 0 nor 1
     * @throws IllegalArgumentException if the tensor has more elements than an array can
     * @throws IllegalStateException if this file is closed
     */
    public long[] readLongs(String name) throws FormatException {
        TensorInfo info = typed(name, INTEGERS, "");
        long[] values = new long[arrayLength(name, info)];
        LongBuffer out = LongBuffer.wrap(values);
        eachWindow(info, 0, values.length, window -> Elements.toLongs(info.dtype(), window, out));
        if (info.dtype() == DType.U64 || info.dtype() == DType.BOOL) {
            requireRange(name, info.dtype(), values);
        }
        return values;
    }

    /**
     * Reads a whole tensor of type F32, F16 or BF16 into the caller's memory; every value comes out exactly. Without
     * conversion (F32) nothing is allocated in between.
     *
     * @param name a tensor's name
     * @param out written from its position to its limit; the position ends at the limit
     * @throws FormatException if the file has no such tensor, or one of another type
     * @throws IllegalArgumentException if {@code out} has not exactly the tensor's number of elements remaining
     * @throws IllegalStateException if this file is closed
     */
    public void readInto(String name, FloatBuffer out) throws FormatException {
        TensorInfo info = info(name);
        if (out.remaining() != info.elementCount()) {
            throw Checks.wrong(
                    "out",
                    out.remaining() + " elements remaining",
                    info.elementCount() + ", tensor " + Text.quoted(name) + " " + info.shape());
        }
        readInto(name, 0, out);
    }

    /**
     * Reads a part of a tensor of type F32, F16 or BF16 into the caller's memory; every value comes out exactly. This
     * is the way to tensors that are too large for one array.
     *
     * @param name a tensor's name
     * @param first index of the first element to read, in row-major order
     * @param out written from its position to its limit; the position ends at the limit
     * @throws FormatException if the file has no such tensor, or one of another type
     * @throws IllegalArgumentException if the tensor ends before {@code out} is full
     * @throws IllegalStateException if this file is closed
     */
    public void readInto(String name, long first, FloatBuffer out) throws FormatException {
        TensorInfo info = typed(name, EXACT_FLOATS, "; readFloatsNarrowed rounds F64");
        if (first < 0 || first > info.elementCount() - out.remaining()) {
            throw Checks.wrong(
                    "first",
                    first + ", " + out.remaining() + " elements remaining",
                    "within the " + info.elementCount() + " elements of tensor " + Text.quoted(name));
        }
        eachWindow(info, first, out.remaining(), window -> Elements.toFloats(info.dtype(), window, out));
    }

    /**
     * Forgets the mapping; reading after this fails. Idempotent. Java 17 cannot unmap at once: the address space (no
     * heap memory, no file handle) comes back when the garbage collector finds the mapping unused.
     */
    @Override
    public void close() {
        data = null;
    }

    @Override
    public String toString() {
        return "SafetensorsFile[" + path + ", " + names.size() + " tensors]";
    }

    /** A fault that this file has in its caller's eyes. */
    FormatException fail(String problem) {
        return new FormatException(path, problem);
    }

    private float[] floats(String name, TensorInfo info) {
        float[] values = new float[arrayLength(name, info)];
        FloatBuffer out = FloatBuffer.wrap(values);
        eachWindow(info, 0, values.length, window -> Elements.toFloats(info.dtype(), window, out));
        return values;
    }

    private void eachWindow(TensorInfo info, long first, long count, Consumer<ByteBuffer> reader) {
        MappedData mapped = data;
        if (mapped == null) {
            throw new IllegalStateException(this + " is closed");
        }
        int elementBytes = info.dtype().bytes();
        long position = info.begin() + first * elementBytes;
        long end = position + count * elementBytes;
        while (position < end) {
            ByteBuffer window = mapped.window(position, end, elementBytes);
            position += window.remaining();
            reader.accept(window);
        }
    }

    private TensorInfo typed(String name, Set<DType> allowed, String hint) throws FormatException {
        TensorInfo info = info(name);
        if (!allowed.contains(info.dtype())) {
            throw new FormatException(
                    path,
                    "tensor " + Text.quoted(name) + ": " + info.dtype() + " (expected: one of " + allowed + hint + ")");
        }
        return info;
    }

    private int arrayLength(String name, TensorInfo info) {
        if (info.elementCount() > MAX_ARRAY) {
            throw Checks.wrong(
                    "name",
                    "tensor " + Text.quoted(name) + " has " + info.elementCount() + " elements",
                    "at most " + MAX_ARRAY + " for an array; readInto reads parts");
        }
        return (int) info.elementCount();
    }

    private void requireRange(String name, DType dtype, long[] values) throws FormatException {
        for (int i = 0; i < values.length; i++) {
            boolean fits = dtype == DType.U64 ? values[i] >= 0 : values[i] <= 1;
            if (!fits) {
                throw new FormatException(
                        path,
                        "tensor " + Text.quoted(name) + ", element " + i + ": " + Long.toUnsignedString(values[i])
                                + " (expected: " + (dtype == DType.U64 ? "less than 2^63)" : "0 or 1, it is BOOL)"));
            }
        }
    }

    private static ByteBuffer read(Path path, FileChannel channel, long position, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException(path + ": ends at byte " + (position + bytes.position()) + " (expected: "
                        + (position + count) + " bytes; it became shorter while being read)");
            }
        }
        return bytes.flip();
    }
}
