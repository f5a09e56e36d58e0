package io.github.fusedrnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.weights.ModelFingerprint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A stream's state as bytes, the same from every backend. Little-endian: the 8 letters {@code FRSTREAM}; int32 version (1); int32 zero; the
 * 32 bytes of the model's fingerprint; int64 steps taken; int32 elements of h and of c; h {@code [L, H or P]} and c {@code [L, H]} as
 * float32; int32 CRC-32C of everything before it. Immutable, free to share.
 */
public final class StreamSnapshot {
    /** The version that is written, and the only one that is read. */
    public static final int VERSION = 1;

    private static final byte[] MAGIC = "FRSTREAM".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 64;
    private static final int CHECKSUM = Integer.BYTES;

    private final ModelFingerprint model;
    private final long steps;
    private final float[] h;
    private final float[] c;

    /**
     * A snapshot of a state.
     *
     * @param model the model whose state it is
     * @param steps time steps that led to it
     * @param h {@code [L, H or P]}, copied
     * @param c {@code [L, H]}, copied; empty without a cell state
     */
    public StreamSnapshot(ModelFingerprint model, long steps, float[] h, float[] c) {
        this.model = model;
        this.steps = steps;
        this.h = h.clone();
        this.c = c.clone();
    }

    /**
     * Reads what {@link #toBytes()} wrote.
     *
     * @throws IllegalArgumentException if the bytes are no snapshot, of another version, cut off or too long, or damaged
     */
    public static StreamSnapshot parse(byte[] bytes) {
        if (bytes.length < HEADER + CHECKSUM) {
            throw wrong(bytes.length + " bytes", "at least " + (HEADER + CHECKSUM));
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (byte letter : MAGIC) {
            if (in.get() != letter) {
                throw wrong("other bytes", "the letters FRSTREAM first");
            }
        }
        int version = in.getInt();
        if (version != VERSION) {
            throw wrong("version " + version, "version " + VERSION);
        }
        int reserved = in.getInt();
        if (reserved != 0) {
            throw wrong("the reserved word " + reserved, "zero");
        }
        byte[] digest = new byte[ModelFingerprint.BYTES];
        in.get(digest);
        long steps = in.getLong();
        int hSize = in.getInt();
        int cSize = in.getInt();
        long expected = HEADER + ((long) hSize + cSize) * Float.BYTES + CHECKSUM;
        if (hSize < 0 || cSize < 0 || bytes.length != expected) {
            throw wrong(bytes.length + " bytes", "the size of its " + hSize + " + " + cSize + " elements");
        }
        int found = in.getInt(bytes.length - CHECKSUM);
        int computed = checksum(bytes);
        if (found != computed) {
            throw wrong("damaged, checksum " + Integer.toHexString(found), "checksum " + Integer.toHexString(computed));
        }
        float[] h = floats(in, hSize);
        float[] c = floats(in, cSize);
        return new StreamSnapshot(ModelFingerprint.of(digest), steps, h, c);
    }

    private static float[] floats(ByteBuffer in, int count) {
        float[] values = new float[count];
        in.asFloatBuffer().get(values);
        in.position(in.position() + count * Float.BYTES);
        return values;
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - CHECKSUM);
        return (int) crc.getValue();
    }

    private static IllegalArgumentException wrong(String found, String expected) {
        return Checks.wrong("snapshot", found, expected);
    }

    /** The bytes. */
    public byte[] toBytes() {
        int size = HEADER + (h.length + c.length) * Float.BYTES + CHECKSUM;
        byte[] bytes = new byte[size];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putInt(VERSION).putInt(0).put(model.bytes()).putLong(steps);
        out.putInt(h.length).putInt(c.length);
        for (float value : h) {
            out.putFloat(value);
        }
        for (float value : c) {
            out.putFloat(value);
        }
        out.putInt(checksum(bytes));
        return bytes;
    }

    /** The model whose state this is. */
    public ModelFingerprint model() {
        return model;
    }

    /** Time steps that led to this state. */
    public long steps() {
        return steps;
    }

    /**
     * Refuses a state that is not this model's.
     *
     * @throws IllegalArgumentException if the fingerprint or a size differs
     */
    public void check(ModelFingerprint expected, RecurrentConfig config) {
        if (!model.equals(expected)) {
            throw wrong("of model " + model, "model " + expected + ": the same description and the same weights");
        }
        long hSize = (long) config.stateLayers() * config.stateSize();
        long cSize = config.hasCellState() ? (long) config.stateLayers() * config.hiddenSize() : 0;
        if (h.length != hSize || c.length != cSize) {
            throw wrong(h.length + " + " + c.length + " elements", hSize + " + " + cSize);
        }
    }

    /** h {@code [L, H or P]}, a copy. */
    public float[] h() {
        return h.clone();
    }

    /** c {@code [L, H]}, a copy; empty without a cell state. */
    public float[] c() {
        return c.clone();
    }
}
