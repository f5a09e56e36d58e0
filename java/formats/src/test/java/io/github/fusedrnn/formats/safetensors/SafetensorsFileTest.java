package io.github.fusedrnn.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.formats.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    @Test
    void tellsWhatTheHeaderSaysInItsOrder() throws IOException {
        String header = "{\"z\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]},"
                + "\"__metadata__\":{\"q\":\"1\",\"a\":\"\\u00e9\"},"
                + "\"a\":{\"data_offsets\":[0,8],\"shape\":[1,2],\"dtype\":\"F32\"},"
                + "\"none\":{\"dtype\":\"F32\",\"shape\":[3,0],\"data_offsets\":[9,9]}}    ";
        Path path = RawFile.write(folder, header, new byte[9]);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.names()).containsExactly("z", "a", "none");
            assertThat(file.metadata()).containsExactly(Map.entry("q", "1"), Map.entry("a", "é"));
            assertThat(file.info("a")).isEqualTo(new TensorInfo(DType.F32, List.of(1L, 2L), 0, 8));
            assertThat(file.info("a").dimensions()).containsExactly(1, 2);
            assertThat(file.info("a").elementCount()).isEqualTo(2);
            assertThat(file.info("a").byteSize()).isEqualTo(8);
            assertThat(file.info("none").elementCount()).isZero();
            assertThat(file.readFloats("none")).isEmpty();
            assertThat(file.contains("z")).isTrue();
            assertThat(file.contains("__metadata__")).isFalse();
            assertThat(file.toString()).isEqualTo("SafetensorsFile[" + path + ", 3 tensors]");
        }
    }

    @Test
    void aFileMayHoldNothing() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(RawFile.write(folder, "{}", new byte[0]))) {
            assertThat(file.names()).isEmpty();
            assertThat(file.metadata()).isEmpty();
        }
    }

    @Test
    void readsFloatsExactly() throws IOException {
        int[] bits = {0, 0x80000000, 1, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc00001, 0x3f800001};
        try (SafetensorsFile file =
                SafetensorsFile.open(RawFile.write(folder, DType.F32, "[2,4]", RawFile.littleEndian(bits)))) {
            float[] floats = file.readFloats("x");
            float[] narrowed = file.readFloatsNarrowed("x");
            double[] doubles = file.readDoubles("x");
            for (int i = 0; i < bits.length; i++) {
                assertThat(Float.floatToRawIntBits(floats[i])).isEqualTo(bits[i]);
                assertThat(Float.floatToRawIntBits(narrowed[i])).isEqualTo(bits[i]);
                assertThat(Double.valueOf(doubles[i])).isEqualTo(Double.valueOf(Float.intBitsToFloat(bits[i])));
            }
        }
    }

    @Test
    void readsHalvesAsFloatsAndDoubles() throws IOException {
        byte[] data = RawFile.littleEndian(
                (short) 0x3c00, (short) 0xc000, (short) 0x0001, (short) 0x8000, (short) 0x7bff, (short) 0x7c00);
        try (SafetensorsFile file = SafetensorsFile.open(RawFile.write(folder, DType.F16, "[6]", data))) {
            assertThat(file.readFloats("x")).containsExactly(1, -2, 0x1p-24f, -0.0f, 65504, Float.POSITIVE_INFINITY);
            assertThat(file.readFloatsNarrowed("x")).isEqualTo(file.readFloats("x"));
            assertThat(file.readDoubles("x")).containsExactly(1, -2, 0x1p-24, -0.0, 65504, Double.POSITIVE_INFINITY);
        }
    }

    @Test
    void readsBfloatsAsFloatsAndDoubles() throws IOException {
        byte[] data = RawFile.littleEndian(
                (short) 0x3f80, (short) 0xc000, (short) 0x0001, (short) 0x8000, (short) 0x7f7f, (short) 0xff80);
        try (SafetensorsFile file = SafetensorsFile.open(RawFile.write(folder, DType.BF16, "[6]", data))) {
            float max = (float) ((2 - 0x1p-7) * 0x1p127);
            assertThat(file.readFloats("x")).containsExactly(1, -2, 0x1p-133f, -0.0f, max, Float.NEGATIVE_INFINITY);
            assertThat(file.readFloatsNarrowed("x")).isEqualTo(file.readFloats("x"));
            assertThat(file.readDoubles("x")).containsExactly(1, -2, 0x1p-133, -0.0, max, Double.NEGATIVE_INFINITY);
        }
    }

    @Test
    void roundsDoublesToFloatsOnlyWhenAskedTo() throws IOException {
        double[] values = {0.1, 1 + 0x1p-24, 1 + 3 * 0x1p-24, 1e300, -1e-300, Double.NaN};
        Path path = folder.resolve("f64");
        new SafetensorsWriter().doubles("x", values, 6).write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.readDoubles("x")).isEqualTo(values);
            assertThat(file.readFloatsNarrowed("x"))
                    .containsExactly(0.1f, 1, 1 + 0x1p-22f, Float.POSITIVE_INFINITY, -0.0f, Float.NaN);
            assertThatThrownBy(() -> file.readFloats("x"))
                    .isInstanceOf(FormatException.class)
                    .hasMessage(
                            "%s: tensor \"x\": F64 (expected: one of [F16, BF16, F32]; readFloatsNarrowed rounds F64)",
                            path);
            assertThatThrownBy(() -> file.readInto("x", FloatBuffer.allocate(6)))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("readFloatsNarrowed");
        }
    }

    @Test
    void readsEveryIntegerType() throws IOException {
        byte[] bytes = {0, 1, (byte) 0x80, (byte) 0xff};
        assertLongs(DType.I8, bytes, 0, 1, -128, -1);
        assertLongs(DType.U8, bytes, 0, 1, 128, 255);
        assertLongs(DType.BOOL, new byte[] {0, 1, 1}, 0, 1, 1);
        byte[] shorts = RawFile.littleEndian((short) 1, (short) 0x8000, (short) 0xffff);
        assertLongs(DType.I16, shorts, 1, -32768, -1);
        assertLongs(DType.U16, shorts, 1, 32768, 65535);
        byte[] ints = RawFile.littleEndian(1, 0x80000000, 0xffffffff);
        assertLongs(DType.I32, ints, 1, Integer.MIN_VALUE, -1);
        assertLongs(DType.U32, ints, 1, 1L << 31, (1L << 32) - 1);
        byte[] longs = RawFile.littleEndian(1L, Long.MIN_VALUE, -1L);
        assertLongs(DType.I64, longs, 1, Long.MIN_VALUE, -1);
        assertLongs(DType.U64, RawFile.littleEndian(1L, Long.MAX_VALUE), 1, Long.MAX_VALUE);
    }

    private void assertLongs(DType dtype, byte[] data, long... expected) throws IOException {
        Path path = RawFile.write(folder, dtype, "[" + expected.length + "]", data);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.readLongs("x")).as("%s", dtype).containsExactly(expected);
        }
    }

    @Test
    void refusesValuesThatItsLongsCannotShow() throws IOException {
        Path path = RawFile.write(folder, DType.U64, "[2]", RawFile.littleEndian(1L, -1L));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThatThrownBy(() -> file.readLongs("x"))
                    .isInstanceOf(FormatException.class)
                    .hasMessage("%s: tensor \"x\", element 1: 18446744073709551615 (expected: less than 2^63)", path);
        }
        RawFile.write(folder, DType.BOOL, "[3]", new byte[] {0, 1, 2});
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThatThrownBy(() -> file.readLongs("x"))
                    .isInstanceOf(FormatException.class)
                    .hasMessage("%s: tensor \"x\", element 2: 2 (expected: 0 or 1, it is BOOL)", path);
        }
    }

    @Test
    void opensTypesThatItDoesNotReadAndSaysSoWhenAsked() throws IOException {
        for (DType dtype : List.of(DType.F4, DType.F6_E2M3, DType.F8_E4M3, DType.C64)) {
            Path path = RawFile.write(folder, dtype, "[4]", new byte[4 * dtype.bits() / 8]);
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertThat(file.info("x").dtype()).isEqualTo(dtype);
                assertThatThrownBy(() -> file.readFloats("x"))
                        .isInstanceOf(FormatException.class)
                        .hasMessageContaining("tensor \"x\": " + dtype + " (expected: one of [F16, BF16, F32]");
                assertThatThrownBy(() -> file.readDoubles("x")).isInstanceOf(FormatException.class);
                assertThatThrownBy(() -> file.readLongs("x")).isInstanceOf(FormatException.class);
            }
        }
    }

    @Test
    void namesWhatThereIsWhenATensorIsMissing() throws IOException {
        Path path = folder.resolve("names");
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int i = 10; i < 32; i++) {
            writer.floats("t" + i, new float[] {i});
        }
        writer.write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThatThrownBy(() -> file.info("w"))
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(path + ": tensor \"w\": none (expected: one of [\"t10\", \"t11\", ")
                    .hasMessageEndingWith("\"t29\"] and 2 more)");
        }
    }

    @Test
    void fillsTheCallersBufferAndMovesItsPosition() throws IOException {
        Path path = folder.resolve("into");
        new SafetensorsWriter().floats("x", new float[] {1, 2, 3, 4}, 2, 2).write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            FloatBuffer out = ByteBuffer.allocateDirect(4 * 6)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .position(1)
                    .limit(5);
            file.readInto("x", out);
            assertThat(out.position()).isEqualTo(5);
            assertThat(out.get(0)).isZero();
            assertThat(out.get(1)).isEqualTo(1);
            assertThat(out.get(4)).isEqualTo(4);

            FloatBuffer part = FloatBuffer.allocate(2);
            file.readInto("x", 1, part);
            assertThat(part.array()).containsExactly(2, 3);

            assertThatThrownBy(() -> file.readInto("x", FloatBuffer.allocate(5)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("out: 5 elements remaining (expected: 4, tensor \"x\" [2, 2])");
            for (long first : new long[] {-1, 3, Long.MAX_VALUE, Long.MIN_VALUE}) {
                assertThatThrownBy(() -> file.readInto("x", first, FloatBuffer.allocate(2)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("first: " + first
                                + ", 2 elements remaining (expected: within the 4 elements of tensor \"x\")");
            }
        }
    }

    @Test
    void refusesToReadAfterCloseButStillTellsTheHeader() throws IOException {
        Path path = folder.resolve("closed");
        new SafetensorsWriter().floats("x", new float[] {1}, 1).write(path);
        SafetensorsFile file = SafetensorsFile.open(path);
        file.close();
        file.close();
        assertThat(file.names()).containsExactly("x");
        assertThatThrownBy(() -> file.readFloats("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("SafetensorsFile[" + path + ", 1 tensors] is closed");
    }

    @Test
    void keepsTheOldContentWhenTheFileIsReplaced() throws IOException {
        Path path = folder.resolve("replaced");
        new SafetensorsWriter().floats("x", new float[] {1}, 1).write(path);
        try (SafetensorsFile old = SafetensorsFile.open(path)) {
            new SafetensorsWriter().floats("x", new float[] {2}, 1).write(path);
            assertThat(old.readFloats("x")).containsExactly(1);
            try (SafetensorsFile now = SafetensorsFile.open(path)) {
                assertThat(now.readFloats("x")).containsExactly(2);
            }
        }
    }

    /** Elements straddle the chunks at every offset, because the U8 tensor in front shifts all others by one byte. */
    @Test
    void readsAcrossTheBoundariesOfTheMapping() throws IOException {
        int n = 40;
        ByteBuffer data = ByteBuffer.allocate(1 + n * (8 + 4 + 2 + 8)).order(ByteOrder.LITTLE_ENDIAN);
        double[] expected = new double[n];
        long[] expectedLongs = new long[n];
        data.put((byte) 7);
        for (int i = 0; i < n; i++) {
            expected[i] = i - 3;
            expectedLongs[i] = i * 0x0102030405060708L;
        }
        for (double value : expected) {
            data.putDouble(value);
        }
        for (double value : expected) {
            data.putFloat((float) value);
        }
        for (double value : expected) {
            data.putShort((short) (Float.floatToRawIntBits((float) value) >> 16));
        }
        for (long value : expectedLongs) {
            data.putLong(value);
        }
        String header = "{\"u\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"d\":{\"dtype\":\"F64\",\"shape\":[40],\"data_offsets\":[1,321]},"
                + "\"f\":{\"dtype\":\"F32\",\"shape\":[40],\"data_offsets\":[321,481]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[40],\"data_offsets\":[481,561]},"
                + "\"l\":{\"dtype\":\"I64\",\"shape\":[40],\"data_offsets\":[561,881]}}";
        Path path = RawFile.write(folder, header, data.array());
        for (int chunkBytes = 1; chunkBytes < 40; chunkBytes++) {
            try (SafetensorsFile file = SafetensorsFile.open(path, chunkBytes)) {
                assertThat(file.readLongs("u")).containsExactly(7);
                for (String name : List.of("d", "f", "b")) {
                    assertThat(file.readDoubles(name))
                            .as("%s, chunks of %d", name, chunkBytes)
                            .isEqualTo(expected);
                }
                assertThat(file.readLongs("l")).as("chunks of %d", chunkBytes).isEqualTo(expectedLongs);
            }
        }
    }

    /** A sparse file: 5 GiB long, a few KiB on the disk. */
    @Test
    void readsTensorsOfMoreThanTwoGibibytes() throws IOException {
        long count = (5L << 30) / 4;
        String header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[5,268435456],\"data_offsets\":[0,5368709120]}}";
        Path path = RawFile.write(folder, header, new byte[0]);
        long dataStart = 8L + header.getBytes(StandardCharsets.UTF_8).length;
        long[] marked = {0, (1L << 28) - 1, 1L << 28, (1L << 29) + 5, count - 1};
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            for (int i = 0; i < marked.length; i++) {
                byte[] mark = RawFile.littleEndian(Float.floatToIntBits(i + 1));
                channel.write(ByteBuffer.wrap(mark), dataStart + 4 * marked[i]);
            }
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            for (int i = 0; i < marked.length; i++) {
                long first = Math.max(0, marked[i] - 1);
                FloatBuffer out = FloatBuffer.allocate((int) Math.min(3, count - first));
                file.readInto("x", first, out);
                assertThat(out.get((int) (marked[i] - first)))
                        .as("element %d", marked[i])
                        .isEqualTo(i + 1);
            }
        } finally {
            Files.delete(path);
        }
    }

    @Test
    void refusesArraysThatJavaCannotHave() throws IOException {
        String header = "{\"x\":{\"dtype\":\"U8\",\"shape\":[2147483647],\"data_offsets\":[0,2147483647]}}";
        Path path = RawFile.write(folder, header, new byte[0]);
        long dataStart = 8L + header.getBytes(StandardCharsets.UTF_8).length;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), dataStart + Integer.MAX_VALUE - 1);
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThatThrownBy(() -> file.readLongs("x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("name: tensor \"x\" has 2147483647 elements"
                            + " (expected: at most 2147483639 for an array; readInto reads parts)");
        }
    }
}
