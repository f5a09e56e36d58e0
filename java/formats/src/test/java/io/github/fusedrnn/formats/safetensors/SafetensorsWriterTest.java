package io.github.fusedrnn.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @Test
    void writesTheBytesThatTheFormatAsksFor() throws IOException {
        Path path = folder.resolve("bytes");
        new SafetensorsWriter()
                .floats("b", new float[] {1, -2}, 2)
                .floats("a", new float[] {0.5f})
                .longs("n", new long[] {-1}, 1, 1)
                .metadata("y", "\"\n")
                .metadata("x", "é")
                .write(path);
        String header = "{\"__metadata__\":{\"x\":\"é\",\"y\":\"\\\"\\n\"},"
                + "\"n\":{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[0,8]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[8,12]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream padded = new ByteArrayOutputStream();
        padded.write(json);
        while (padded.size() % 8 != 0) {
            padded.write(' ');
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.write(RawFile.littleEndian(-1L));
        data.write(RawFile.littleEndian(0x3f000000, 0x3f800000, 0xc0000000));
        assertThat(Files.readAllBytes(path)).isEqualTo(RawFile.bytes(padded.toByteArray(), data.toByteArray()));
    }

    @Test
    void bytesDoNotDependOnTheOrderOfCalls() throws IOException {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        new SafetensorsWriter()
                .floats("a", new float[] {1}, 1)
                .doubles("b", new double[] {2}, 1)
                .metadata("k", "1")
                .metadata("l", "2")
                .write(one);
        new SafetensorsWriter()
                .metadata("l", "2")
                .metadata("k", "1")
                .doubles("b", new double[] {2}, 1)
                .floats("a", new float[] {1}, 1)
                .write(two);
        assertThat(two).hasSameBinaryContentAs(one);
        try (SafetensorsFile file = SafetensorsFile.open(one)) {
            assertThat(file.names()).containsExactly("b", "a");
        }
    }

    @Test
    void everyTensorIsAlignedToItsElements() throws IOException {
        for (int length = 0; length < 9; length++) {
            Path path = folder.resolve("aligned" + length);
            new SafetensorsWriter()
                    .metadata("k", "v".repeat(length))
                    .floats("a", new float[3], 3)
                    .doubles("b", new double[1], 1)
                    .longs("c", new long[1], 1)
                    .floats("d", new float[1], 1)
                    .write(path);
            long header = Files.size(path) - 4 * 4 - 2 * 8;
            assertThat(header % 8).as("header of %d bytes", header).isZero();
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                for (String name : file.names()) {
                    TensorInfo info = file.info(name);
                    assertThat(info.begin() % info.dtype().bytes()).as(name).isZero();
                }
            }
        }
    }

    @Test
    void writesMoreThanOneBufferFull() throws IOException {
        int n = 3 * (1 << 16) + 5;
        float[] floats = new float[n];
        double[] doubles = new double[n];
        long[] longs = new long[n];
        for (int i = 0; i < n; i++) {
            floats[i] = i;
            doubles[i] = i + 0.5;
            longs[i] = -i;
        }
        Path path = folder.resolve("large");
        new SafetensorsWriter()
                .floats("f", floats, n)
                .doubles("d", doubles, n)
                .longs("l", longs, n)
                .write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.readFloats("f")).isEqualTo(floats);
            assertThat(file.readDoubles("d")).isEqualTo(doubles);
            assertThat(file.readLongs("l")).isEqualTo(longs);
        }
    }

    @Test
    void takesWhatABufferHasLeftAndLeavesItAlone() throws IOException {
        FloatBuffer values =
                FloatBuffer.wrap(new float[] {1, 2, 3, 4, 5}).position(1).limit(4);
        SafetensorsWriter writer = new SafetensorsWriter().floats("x", values, 3);
        values.position(2);
        Path path = folder.resolve("buffer");
        writer.write(path);
        assertThat(values.position()).isEqualTo(2);
        assertThat(values.limit()).isEqualTo(4);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.readFloats("x")).containsExactly(2, 3, 4);
        }
    }

    @Test
    void writesAgainAfterMoreWasAdded() throws IOException {
        Path path = folder.resolve("again");
        SafetensorsWriter writer = new SafetensorsWriter();
        writer.write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.names()).isEmpty();
        }
        writer.metadata("k", "v").floats("empty", new float[0], 7, 0).write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.metadata()).isEqualTo(Map.of("k", "v"));
            assertThat(file.info("empty").shape()).isEqualTo(List.of(7L, 0L));
        }
    }

    @Test
    void refusesWhatNoFileCouldHold() {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("k", "v").floats("a", new float[1], 1);
        assertRefused(() -> writer.floats("a", new float[1], 1), "name: \"a\" (expected: each name once)");
        assertRefused(() -> writer.metadata("k", "w"), "key: \"k\" (expected: each key once)");
        assertRefused(
                () -> writer.floats("__metadata__", new float[1], 1),
                "name: __metadata__ (expected: another, this one is the metadata's)");
        assertRefused(
                () -> writer.floats("b", new float[5], 2, 3),
                "shape: [2, 3] (expected: a product of 5, the values of tensor \"b\")");
        assertRefused(
                () -> writer.doubles("b", new double[5]),
                "shape: [] (expected: a product of 5, the values of tensor \"b\")");
        assertRefused(
                () -> writer.longs("b", new long[6], -2, -3), "shape: [-2, -3] (expected: no negative dimension)");
        assertRefused(
                () -> writer.floats("b", new float[0], 1L << 40, 1L << 40),
                "shape: [1099511627776, 1099511627776] (expected: fewer than 2^63 bits in all, 32 an element)");
        assertRefused(
                () -> writer.floats("b\ud800", new float[1], 1),
                "name: half a surrogate pair at index 1 (expected: valid Unicode)");
        assertRefused(
                () -> writer.metadata("l", "\udc00"),
                "value: half a surrogate pair at index 0 (expected: valid Unicode)");
        assertRefused(
                () -> writer.metadata("\ud83d\ud83d\ude00", ""),
                "key: half a surrogate pair at index 0 (expected: valid Unicode)");
    }

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void refusesAHeaderThatNobodyWouldRead() {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("k", "v".repeat(100_000_000));
        Path path = folder.resolve("header");
        assertThatThrownBy(() -> writer.write(path))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("(expected: at most 100000000)");
        assertThat(path).doesNotExist();
    }

    @Test
    void keepsNamesOutsideOfTheBasicPlane() throws IOException {
        Path path = folder.resolve("names");
        new SafetensorsWriter()
                .floats("\ud83d\ude00\u0001\"\\/", new float[] {1}, 1)
                .write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.names()).containsExactly("\ud83d\ude00\u0001\"\\/");
        }
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(
                        () -> new SafetensorsWriter().write(folder.resolve("no").resolve("file")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(folder.resolve("no").toString());
    }
}
