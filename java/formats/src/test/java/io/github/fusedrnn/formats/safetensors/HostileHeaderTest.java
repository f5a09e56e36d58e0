package io.github.fusedrnn.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.testing.FileInPlace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostileHeaderTest {
    @TempDir
    Path folder;

    static Stream<Arguments> refused() {
        String tensor = "{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";
        return Stream.of(
                // not an object
                arguments("", 0, "header at byte 8: empty (expected: a JSON object, starting with '{')"),
                arguments("[]", 0, "header at byte 8: byte 0x5b (expected: a JSON object, starting with '{')"),
                arguments(" {}", 0, "header at byte 8: byte 0x20 (expected: a JSON object, starting with '{')"),
                arguments("\ufeff{}", 0, "header at byte 8: byte 0xef (expected: a JSON object, starting with '{')"),
                // not JSON; the words are the parser's
                arguments("{", 0, ": Unexpected end-of-input"),
                arguments("{'a':" + tensor, 8, ": Unexpected end-of-input"),
                arguments("{}{}", 0, "header at character 2: more JSON (expected: only spaces behind the object)"),
                arguments("{}x", 0, ": Unrecognized token 'x'"),
                arguments("{}\0", 0, ": Illegal character ((CTRL-CHAR, code 0))"),
                arguments("{a:1}", 0, ": Unexpected character ('a' (code 97))"),
                arguments("{/**/}", 0, ": Unexpected character ('/' (code 47))"),
                // the text looks like UTF-16 to those who guess
                arguments("{\0}\0", 0, ": Illegal character ((CTRL-CHAR, code 0))"),
                // half a surrogate pair
                arguments(
                        "{'\\ud800':" + tensor + "}", 8, "a name with half a surrogate pair (expected: valid Unicode)"),
                arguments(
                        "{'__metadata__':{'k':'\\udc00'}}",
                        0,
                        "__metadata__ \"k\" with half a surrogate pair (expected: valid Unicode)"),
                // metadata
                arguments("{'__metadata__':[]}", 0, "__metadata__: an array (expected: an object of strings)"),
                arguments("{'__metadata__':null}", 0, "__metadata__: null (expected: an object of strings)"),
                arguments("{'__metadata__':{'k':1}}", 0, "__metadata__ \"k\": 1 (expected: a string)"),
                arguments("{'__metadata__':{'k':{}}}", 0, "__metadata__ \"k\": an object (expected: a string)"),
                arguments(
                        "{'__metadata__':{'k':'a','k':'a'}}",
                        0,
                        "__metadata__ \"k\" appears twice (expected: each key once)"),
                arguments(
                        "{'__metadata__':{},'__metadata__':{}}",
                        0,
                        "__metadata__ appears twice (expected: each name once)"),
                // names
                arguments(
                        "{'a':" + tensor + ",'a':" + tensor + "}",
                        8,
                        "tensor \"a\" appears twice (expected: each name once)"),
                arguments(
                        "{'a':" + tensor + ",'\\u0061':" + tensor + "}",
                        8,
                        "tensor \"a\" appears twice (expected: each name once)"),
                // entries
                arguments("{'a':1}", 0, "tensor \"a\": 1 (expected: an object with dtype, shape, data_offsets)"),
                arguments(
                        "{'a':[[[[[[[[]]]]]]]]}",
                        0,
                        "tensor \"a\": an array (expected: an object with dtype, shape, data_offsets)"),
                arguments("{'a':{}}", 0, "tensor \"a\": no dtype (expected: dtype, shape and data_offsets)"),
                arguments(
                        entry("'dtype':'F32'"), 0, "tensor \"a\": no shape (expected: dtype, shape and data_offsets)"),
                arguments(
                        entry("'dtype':'F32','shape':[]"),
                        0,
                        "tensor \"a\": no data_offsets (expected: dtype, shape and data_offsets)"),
                arguments(
                        entry("'dtype':'F32','dtype':'F32'"), 0, "tensor \"a\": dtype appears twice (expected: once)"),
                arguments(entry("'shape':[],'shape':[]"), 0, "tensor \"a\": shape appears twice (expected: once)"),
                arguments(
                        entry("'data_offsets':[0,0],'data_offsets':[0,0]"),
                        0,
                        "tensor \"a\": data_offsets appears twice (expected: once)"),
                arguments(
                        entry("'strides':[1]"),
                        0,
                        "tensor \"a\": field \"strides\" (expected: dtype, shape, data_offsets only)"),
                // dtype
                arguments(entry("'dtype':32"), 0, "tensor \"a\", dtype: 32 (expected: a string)"),
                arguments(entry("'dtype':'F128'"), 0, "tensor \"a\", dtype: \"F128\" (expected: one of [BOOL, F4,"),
                arguments(entry("'dtype':'f32'"), 0, "tensor \"a\", dtype: \"f32\" (expected: one of [BOOL, F4,"),
                // shape
                arguments(entry("'shape':2"), 0, "tensor \"a\", shape: 2 (expected: an array of whole numbers)"),
                arguments(entry("'shape':['2']"), 0, "tensor \"a\", shape: string \"2\" (expected: whole numbers)"),
                arguments(entry("'shape':[2.0]"), 0, "tensor \"a\", shape: 2.0 (expected: whole numbers)"),
                arguments(entry("'shape':[2e0]"), 0, "tensor \"a\", shape: 2e0 (expected: whole numbers)"),
                arguments(entry("'shape':[[2]]"), 0, "tensor \"a\", shape: an array (expected: whole numbers)"),
                arguments(entry("'shape':[null]"), 0, "tensor \"a\", shape: null (expected: whole numbers)"),
                arguments(entry("'shape':[-2]"), 0, "tensor \"a\", shape: -2 (expected: no negative number)"),
                arguments(entry("'shape':[-0]"), 0, "tensor \"a\", shape: -0 (expected: no negative number)"),
                arguments(
                        entry("'shape':[9223372036854775808]"),
                        0,
                        "tensor \"a\", shape: 9223372036854775808 (expected: less than 2^63)"),
                arguments(entry("'shape':[" + "9".repeat(65) + "]"), 0, "Number value length (65) exceeds the maximum"),
                arguments(
                        entry("'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,0]"),
                        0,
                        "tensor \"a\", shape: [4294967296, 4294967296] (expected: fewer than 2^63 bits in all"),
                arguments(
                        entry("'dtype':'F32','shape':[0,4294967296,4294967296],'data_offsets':[0,0]"),
                        0,
                        "tensor \"a\", shape: [0, 4294967296, 4294967296] (expected: fewer than 2^63 bits in all"),
                arguments(
                        entry("'dtype':'F4','shape':[3],'data_offsets':[0,1]"),
                        1,
                        "tensor \"a\", shape: [3] (expected: a whole number of bytes, F4 has 4 bits)"),
                // data_offsets
                arguments(
                        entry("'data_offsets':{}"),
                        0,
                        "tensor \"a\", data_offsets: an object (expected: an array of whole numbers)"),
                arguments(
                        entry("'dtype':'F32','shape':[2],'data_offsets':[8]"),
                        8,
                        "tensor \"a\", data_offsets: 1 numbers (expected: 2, begin and end)"),
                arguments(
                        entry("'dtype':'F32','shape':[2],'data_offsets':[0,8,16]"),
                        8,
                        "tensor \"a\", data_offsets: 3 numbers (expected: 2, begin and end)"),
                arguments(
                        entry("'dtype':'F32','shape':[2],'data_offsets':[-8,0]"),
                        8,
                        "tensor \"a\", data_offsets: -8 (expected: no negative number)"),
                arguments(
                        entry("'dtype':'F32','shape':[2],'data_offsets':[8,0]"),
                        8,
                        "tensor \"a\", data_offsets: [8, 0] (expected: 8 bytes apart, the size of F32 [2])"),
                arguments(
                        entry("'dtype':'F32','shape':[2],'data_offsets':[0,9]"),
                        9,
                        "tensor \"a\", data_offsets: [0, 9] (expected: 8 bytes apart, the size of F32 [2])"),
                arguments(
                        entry("'dtype':'F32','shape':[],'data_offsets':[0,0]"),
                        0,
                        "tensor \"a\", data_offsets: [0, 0] (expected: 4 bytes apart, the size of F32 [])"),
                arguments(
                        entry("'dtype':'F32','shape':[2],'data_offsets':[9223372036854775800,9223372036854775807]"),
                        8,
                        "(expected: 8 bytes apart, the size of F32 [2])"),
                // the ranges together
                arguments(
                        "{'a':" + tensor + "}",
                        7,
                        "tensor \"a\", data_offsets: [0, 8] (expected: within the file's 7 bytes of data)"),
                arguments("{'a':" + tensor + "}", 9, "data: 9 bytes (expected: 8, where the last tensor ends)"),
                arguments("{}", 1, "data: 1 bytes (expected: 0, where the last tensor ends)"),
                arguments(
                        entry("'dtype':'F32','shape':[2],'data_offsets':[4,12]"),
                        12,
                        "tensor \"a\", data_offsets: [4, 12] (expected: begin at 0, where the data starts: no holes)"),
                arguments(
                        "{'b':{'dtype':'U8','shape':[2],'data_offsets':[9,11]},'a':" + tensor + "}",
                        11,
                        "tensor \"b\", data_offsets: [9, 11]"
                                + " (expected: begin at 8, where tensor \"a\" ends: no holes)"),
                arguments(
                        "{'b':{'dtype':'U8','shape':[2],'data_offsets':[7,9]},'a':" + tensor + "}",
                        9,
                        "tensor \"b\", data_offsets: [7, 9] (expected: no overlap with tensor \"a\", which ends at 8)"),
                arguments(
                        "{'a':" + tensor + ",'b':" + tensor + "}",
                        8,
                        "tensor \"b\", data_offsets: [0, 8] (expected: no overlap with tensor \"a\", which ends at 8)"),
                arguments(
                        "{'a':" + tensor + ",'b':{'dtype':'U8','shape':[0],'data_offsets':[4,4]}}",
                        8,
                        "tensor \"b\", data_offsets: [4, 4]"
                                + " (expected: no overlap with tensor \"a\", which ends at 8)"));
    }

    private static String entry(String fields) {
        return "{'a':{" + fields + "}}";
    }

    @ParameterizedTest
    @MethodSource("refused")
    void isRefusedWithFilePlaceAndExpectation(String header, int dataBytes, String message) throws IOException {
        Path file = RawFile.write(folder, header.replace('\'', '"'), new byte[dataBytes]);
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message)
                .hasMessageContaining("(expected: ");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedByPosition() throws IOException {
        for (List<Integer> bad : List.of(
                List.of(0xff), // never starts anything
                List.of(0xc0, 0x80), // overlong NUL
                List.of(0xed, 0xa0, 0x80), // half a surrogate pair
                List.of(0xf4, 0x90, 0x80, 0x80), // past U+10FFFF
                List.of(0x80))) { // continues nothing
            ByteBuffer header = ByteBuffer.allocate(2 + bad.size() + 5);
            header.put("{\"".getBytes(StandardCharsets.US_ASCII));
            bad.forEach(b -> header.put(b.byteValue()));
            header.put("\":{}}".getBytes(StandardCharsets.US_ASCII));
            Path file = Files.write(folder.resolve("utf8"), RawFile.bytes(header.array(), new byte[0]));
            assertThatThrownBy(() -> SafetensorsFile.open(file))
                    .isInstanceOf(FormatException.class)
                    .hasMessage("%s: header at byte 10: byte 0x%02x (expected: valid UTF-8)", file, bad.get(0));
        }
    }

    @Test
    void aCharacterCutByTheEndOfTheHeaderIsRefused() throws IOException {
        byte[] header = {'{', '"', (byte) 0xe2, (byte) 0x82};
        Path file = Files.write(folder.resolve("utf8"), RawFile.bytes(header, new byte[0]));
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(FormatException.class)
                .hasMessage("%s: header at byte 10: byte 0xe2 (expected: valid UTF-8)", file);
    }

    @Test
    void headerLengthIsCheckedBeforeAnythingIsAllocated() throws IOException {
        assertThatThrownBy(() -> SafetensorsFile.open(withLength(100_000_001L)))
                .isInstanceOf(FormatException.class)
                .hasMessageEndingWith("header length at byte 0: 100000001 (expected: at most 100000000)");
        assertThatThrownBy(() -> SafetensorsFile.open(withLength(-1)))
                .isInstanceOf(FormatException.class)
                .hasMessageEndingWith("header length at byte 0: 18446744073709551615 (expected: at most 100000000)");
        assertThatThrownBy(() -> SafetensorsFile.open(withLength(3)))
                .isInstanceOf(FormatException.class)
                .hasMessageEndingWith(
                        "header length at byte 0: 3 (expected: at most 2, what is left of the file's 10 bytes)");
    }

    private Path withLength(long length) throws IOException {
        byte[] bytes = ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put((byte) '{')
                .put((byte) '}')
                .array();
        return Files.write(folder.resolve("length"), bytes);
    }

    @Test
    void longHostileNamesAreCutAndEscapedInMessages() throws IOException {
        Path file = RawFile.write(folder, "{\"\\n" + "n".repeat(100_000) + "\":1}", new byte[0]);
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("tensor \"\\nnnn")
                .hasMessageContaining("n...\": 1")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void missingFilesAreNoFormatErrors() {
        assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("absent")))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(IOException.class);
    }

    private static byte[] small(Path folder) throws IOException {
        Path file = folder.resolve("small");
        new SafetensorsWriter()
                .metadata("k", "v")
                .longs("n", new long[] {3}, 1)
                .floats("w", new float[] {1, 2}, 2)
                .floats("empty", new float[0], 0, 4)
                .write(file);
        return Files.readAllBytes(file);
    }

    @Test
    void everyTruncationOfAFileIsRefused() throws IOException {
        byte[] whole = small(folder);
        for (int length = 0; length < whole.length; length++) {
            Path file = FileInPlace.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafetensorsFile.open(file).close())
                    .as("cut to %d of %d bytes", length, whole.length)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(file + ": ")
                    .hasMessageContaining("(expected: ");
        }
        Path longer = Files.write(folder.resolve("longer"), Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> SafetensorsFile.open(longer).close()).isInstanceOf(FormatException.class);
    }

    @Test
    void anyByteOfTheHeaderMayBeWrongWithoutHarm() throws IOException {
        byte[] whole = small(folder);
        int headerEnd = whole.length - 16;
        byte[] telling = "\"\\{}[]:,-.0129eE \0".getBytes(StandardCharsets.US_ASCII);
        int opened = 0;
        for (int at = 0; at < headerEnd; at++) {
            // The byte itself, each of its bits flipped, and what means something in JSON.
            for (int change = -1; change < 8 + telling.length; change++) {
                byte[] changed = whole.clone();
                if (change >= 8) {
                    changed[at] = telling[change - 8];
                } else if (change >= 0) {
                    changed[at] ^= (byte) (1 << change);
                }
                Path file = FileInPlace.write(folder.resolve("changed"), changed);
                try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
                    opened++;
                    readAll(tensors);
                } catch (FormatException refused) {
                    assertThat(refused).hasMessageStartingWith(file + ": ");
                }
            }
        }
        // At the least the unchanged file, once for each position.
        assertThat(opened).isGreaterThanOrEqualTo(headerEnd);
    }

    private static void readAll(SafetensorsFile file) throws IOException {
        for (String name : file.names()) {
            switch (file.info(name).dtype()) {
                case F64, F32, F16, BF16 ->
                    assertThat(file.readDoubles(name))
                            .hasSize((int) file.info(name).elementCount());
                case I64, I32, I16, I8, U64, U32, U16, U8 ->
                    assertThat(file.readLongs(name))
                            .hasSize((int) file.info(name).elementCount());
                default -> assertThat(file.info(name).byteSize()).isLessThanOrEqualTo(16);
            }
        }
    }
}
