package io.github.fusedrnn.formats.onnx;

import com.google.protobuf.ByteString;
import io.github.fusedrnn.formats.FloatBits;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.onnx.wire.StringStringEntryProto;
import io.github.fusedrnn.formats.onnx.wire.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/** Turns a TensorProto into numbers, wherever the file keeps them: in typed fields, in raw bytes, or in a file beside it. */
final class TensorReader {
    private static final int FLOAT = 1;
    private static final int INT32 = 6;
    private static final int INT64 = 7;
    private static final int FLOAT16 = 10;
    private static final int DOUBLE = 11;
    private static final int BFLOAT16 = 16;
    private static final int EXTERNAL = 1;

    private final Path file;
    private final Budget budget;
    private final Set<Path> dataFiles = new HashSet<>();

    /** @param file the model, next to which external data lies */
    TensorReader(Path file, Budget budget) {
        this.file = file;
        this.budget = budget;
    }

    /**
     * The numbers of a tensor.
     *
     * @throws FormatException if type, dimensions and data do not agree, or external data is not where it should be
     * @throws IOException if a file of external data cannot be read
     */
    Constant read(TensorProto tensor) throws IOException {
        int type = tensor.getDataType();
        int[] dims = new int[tensor.getDimsCount()];
        int count;
        try {
            for (int i = 0; i < dims.length; i++) {
                long dim = tensor.getDims(i);
                dims[i] = dim < 0 || dim > Integer.MAX_VALUE ? -1 : (int) dim;
            }
            count = Constant.count(dims);
        } catch (IllegalArgumentException e) {
            throw fail(tensor, e.getMessage() + ", dims " + tensor.getDimsList());
        }
        int width =
                switch (type) {
                    case FLOAT, INT32 -> 4;
                    case DOUBLE, INT64 -> 8;
                    case FLOAT16, BFLOAT16 -> 2;
                    default ->
                        throw fail(
                                tensor,
                                "data type " + type
                                        + " (expected: 1 float, 10 float16, 16 bfloat16, 11 double, 6 int32 or 7 int64)");
                };
        boolean whole = type == INT32 || type == INT64;
        float[] floats = new float[0];
        long[] longs = new long[0];
        if (tensor.getDataLocation() == EXTERNAL || tensor.hasRawData()) {
            ByteBuffer bytes = bytes(tensor, (long) count * width).order(ByteOrder.LITTLE_ENDIAN);
            floats = new float[whole ? 0 : count];
            longs = new long[whole ? count : 0];
            for (int i = 0; i < count; i++) {
                switch (type) {
                    case FLOAT -> floats[i] = bytes.getFloat();
                    case DOUBLE -> floats[i] = (float) bytes.getDouble();
                    case FLOAT16 -> floats[i] = FloatBits.ofHalf(bytes.getShort());
                    case BFLOAT16 -> floats[i] = FloatBits.ofBfloat(bytes.getShort());
                    case INT32 -> longs[i] = bytes.getInt();
                    default -> longs[i] = bytes.getLong();
                }
            }
        } else {
            int stored =
                    switch (type) {
                        case FLOAT -> tensor.getFloatDataCount();
                        case DOUBLE -> tensor.getDoubleDataCount();
                        case INT64 -> tensor.getInt64DataCount();
                        default -> tensor.getInt32DataCount();
                    };
            if (stored != count) {
                throw fail(tensor, stored + " elements (expected: " + count + ", dims " + tensor.getDimsList() + ")");
            }
            floats = new float[whole ? 0 : count];
            longs = new long[whole ? count : 0];
            for (int i = 0; i < count; i++) {
                switch (type) {
                    case FLOAT -> floats[i] = tensor.getFloatData(i);
                    case DOUBLE -> floats[i] = (float) tensor.getDoubleData(i);
                    case FLOAT16 -> floats[i] = FloatBits.ofHalf((short) tensor.getInt32Data(i));
                    case BFLOAT16 -> floats[i] = FloatBits.ofBfloat((short) tensor.getInt32Data(i));
                    case INT32 -> longs[i] = tensor.getInt32Data(i);
                    default -> longs[i] = tensor.getInt64Data(i);
                }
            }
        }
        return whole ? Constant.of(dims, longs) : Constant.of(dims, floats);
    }

    private ByteBuffer bytes(TensorProto tensor, long expected) throws IOException {
        if (tensor.getDataLocation() == EXTERNAL) {
            return external(tensor, expected);
        }
        ByteString raw = tensor.getRawData();
        if (raw.size() != expected) {
            throw fail(
                    tensor,
                    raw.size() + " bytes of raw data (expected: " + expected + ", dims " + tensor.getDimsList() + ")");
        }
        return raw.asReadOnlyByteBuffer();
    }

    private ByteBuffer external(TensorProto tensor, long expected) throws IOException {
        String location = "";
        long offset = 0;
        long length = expected;
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            switch (entry.getKey()) {
                case "location" -> location = entry.getValue();
                case "offset" -> offset = number(tensor, entry);
                case "length" -> length = number(tensor, entry);
                default -> {
                    // a checksum is for the writer's tools
                }
            }
        }
        if (length != expected) {
            throw fail(tensor, "external data, length " + length + " (expected: " + expected + " bytes)");
        }
        Path data = beside(tensor, location);
        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.READ)) {
            long size = channel.size();
            if (dataFiles.add(data)) {
                budget.grow(size);
            }
            if (offset > size - length || length > Integer.MAX_VALUE - 8) {
                throw fail(
                        tensor,
                        "external data in '" + location + "' at byte " + offset + ", " + length
                                + " bytes (expected: within its " + size + " bytes, and below 2^31)");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) length);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw fail(tensor, "external data in '" + location + "' became shorter while being read");
                }
            }
            return bytes.flip();
        }
    }

    /** The file of that name in the model's folder or below; a model must not name any other file. */
    private Path beside(TensorProto tensor, String location) throws IOException {
        Path folder = file.toRealPath().getParent();
        try {
            if (folder != null && !location.isEmpty()) {
                Path data = folder.resolve(location).toRealPath();
                if (data.startsWith(folder)) {
                    return data;
                }
            }
        } catch (InvalidPathException e) {
            throw new FormatException(file, where(tensor) + "external data in '" + location + "': no file name", e);
        }
        throw fail(tensor, "external data in '" + location + "' (expected: a file in the model's folder)");
    }

    private long number(TensorProto tensor, StringStringEntryProto entry) throws FormatException {
        try {
            long value = Long.parseLong(entry.getValue());
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the one refusal
        }
        throw fail(
                tensor, "external data, " + entry.getKey() + " '" + entry.getValue() + "' (expected: a number >= 0)");
    }

    private FormatException fail(TensorProto tensor, String problem) {
        return new FormatException(file, where(tensor) + problem);
    }

    private static String where(TensorProto tensor) {
        return "tensor '" + tensor.getName() + "': ";
    }
}
