package io.github.fusedrnn.formats.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.github.fusedrnn.formats.FormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks the JSON of one header. It streams: what it holds at any time is bounded by the bytes of the header,
 * whatever the header claims.
 */
final class HeaderParser {
    /** Where the JSON starts in the file, behind its length. */
    static final int START = 8;

    // A valid header is three deep. Names are neither interned nor kept in a table that outlives the call: they come
    // from outside, and there may be a million of them.
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4)
                    .maxNumberLength(64)
                    .maxNameLength(Header.MAX_BYTES)
                    .maxStringLength(Header.MAX_BYTES)
                    .build())
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final Path file;
    private final long dataBytes;

    /**
     * @param file for messages
     * @param dataBytes how many bytes follow the header; the tensors must cover exactly these
     */
    HeaderParser(Path file, long dataBytes) {
        this.file = file;
        this.dataBytes = dataBytes;
    }

    Header parse(byte[] json) throws FormatException {
        requireUtf8(json);
        if (json.length == 0 || json[0] != '{') {
            String found = json.length == 0 ? "empty" : String.format("byte 0x%02x", json[0]);
            throw fail("header at byte " + START + ": " + found + " (expected: a JSON object, starting with '{')");
        }
        // A Reader, not the bytes, so that the parser cannot take the text for UTF-16 and see another header than we
        // do.
        try (JsonParser parser =
                JSON.createParser(new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8))) {
            parser.nextToken();
            Header header = header(parser);
            if (parser.nextToken() != null) {
                throw fail(
                        "header at character " + parser.currentTokenLocation().getCharOffset()
                                + ": more JSON (expected: only spaces behind the object)");
            }
            requireTiling(header.tensors());
            return header;
        } catch (JsonProcessingException e) {
            // Without a place where one of the limits above was exceeded.
            @Nullable JsonLocation place = e.getLocation();
            throw new FormatException(
                    file,
                    "header" + (place == null ? ": " : " at character " + place.getCharOffset() + ": ")
                            + e.getOriginalMessage() + " (expected: a JSON object)",
                    e);
        } catch (FormatException e) {
            throw e;
        } catch (IOException e) {
            throw new FormatException(file, "header: " + e.getMessage(), e);
        }
    }

    private Header header(JsonParser parser) throws IOException {
        @Nullable Map<String, String> metadata = null;
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = text(parser, parser.currentName(), "a name");
            parser.nextToken();
            if (name.equals(Header.METADATA)) {
                if (metadata != null) {
                    throw fail(Header.METADATA + " appears twice (expected: each name once)");
                }
                metadata = metadata(parser);
            } else if (tensors.put(name, tensor(parser, name)) != null) {
                throw fail("tensor " + Text.quoted(name) + " appears twice (expected: each name once)");
            }
        }
        return new Header(metadata == null ? Map.of() : metadata, tensors);
    }

    private Map<String, String> metadata(JsonParser parser) throws IOException {
        require(parser, JsonToken.START_OBJECT, Header.METADATA, "an object of strings");
        Map<String, String> metadata = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = text(parser, parser.currentName(), "a key of " + Header.METADATA);
            String where = Header.METADATA + " " + Text.quoted(key);
            parser.nextToken();
            require(parser, JsonToken.VALUE_STRING, where, "a string");
            if (metadata.put(key, text(parser, parser.getText(), where)) != null) {
                throw fail(where + " appears twice (expected: each key once)");
            }
        }
        return metadata;
    }

    private TensorInfo tensor(JsonParser parser, String name) throws IOException {
        String where = "tensor " + Text.quoted(name);
        require(parser, JsonToken.START_OBJECT, where, "an object with dtype, shape, data_offsets");
        @Nullable DType dtype = null;
        @Nullable List<Long> shape = null;
        @Nullable List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            boolean repeated;
            parser.nextToken();
            switch (field) {
                case "dtype" -> {
                    repeated = dtype != null;
                    dtype = dtype(parser, where);
                }
                case "shape" -> {
                    repeated = shape != null;
                    shape = wholeNumbers(parser, where + ", shape");
                }
                case "data_offsets" -> {
                    repeated = offsets != null;
                    offsets = wholeNumbers(parser, where + ", data_offsets");
                }
                // It may change what the bytes mean, so it cannot be skipped.
                default ->
                    throw fail(
                            where + ": field " + Text.quoted(field) + " (expected: dtype, shape, data_offsets only)");
            }
            if (repeated) {
                throw fail(where + ": " + field + " appears twice (expected: once)");
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw fail(where + ": no " + missing + " (expected: dtype, shape and data_offsets)");
        }
        if (offsets.size() != 2) {
            throw fail(where + ", data_offsets: " + offsets.size() + " numbers (expected: 2, begin and end)");
        }
        try {
            return new TensorInfo(dtype, shape, offsets.get(0), offsets.get(1));
        } catch (IllegalArgumentException e) {
            throw new FormatException(file, where + ", " + e.getMessage(), e);
        }
    }

    private DType dtype(JsonParser parser, String where) throws IOException {
        require(parser, JsonToken.VALUE_STRING, where + ", dtype", "a string");
        String name = parser.getText();
        DType dtype = DType.named(name);
        if (dtype == null) {
            throw fail(where + ", dtype: " + Text.quoted(name) + " (expected: one of " + Arrays.toString(DType.values())
                    + ")");
        }
        return dtype;
    }

    private List<Long> wholeNumbers(JsonParser parser, String where) throws IOException {
        require(parser, JsonToken.START_ARRAY, where, "an array of whole numbers");
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser, JsonToken.VALUE_NUMBER_INT, where, "whole numbers");
            String number = parser.getText();
            if (number.startsWith("-")) {
                throw fail(where + ": " + number + " (expected: no negative number)");
            }
            try {
                numbers.add(Long.parseLong(number));
            } catch (NumberFormatException e) {
                throw new FormatException(file, where + ": " + number + " (expected: less than 2^63)", e);
            }
        }
        return numbers;
    }

    /** Every byte of the data belongs to exactly one tensor; an empty tensor may stand at any boundary. */
    private void requireTiling(Map<String, TensorInfo> tensors) throws FormatException {
        List<Map.Entry<String, TensorInfo>> byOffset = new ArrayList<>(tensors.entrySet());
        byOffset.sort((a, b) -> a.getValue().begin() != b.getValue().begin()
                ? Long.compare(a.getValue().begin(), b.getValue().begin())
                : Long.compare(a.getValue().end(), b.getValue().end()));
        long covered = 0;
        String before = "";
        for (Map.Entry<String, TensorInfo> entry : byOffset) {
            TensorInfo info = entry.getValue();
            String where = "tensor " + Text.quoted(entry.getKey());
            String offsets = ", data_offsets: [" + info.begin() + ", " + info.end() + "] ";
            if (info.end() > dataBytes) {
                throw fail(where + offsets + "(expected: within the file's " + dataBytes + " bytes of data)");
            }
            if (info.begin() < covered) {
                throw fail(where + offsets + "(expected: no overlap with tensor " + before + ", which ends at "
                        + covered + ")");
            }
            if (info.begin() > covered) {
                throw fail(where + offsets + "(expected: begin at " + covered + ", where "
                        + (before.isEmpty() ? "the data starts" : "tensor " + before + " ends") + ": no holes)");
            }
            covered = info.end();
            before = Text.quoted(entry.getKey());
        }
        if (covered != dataBytes) {
            throw fail("data: " + dataBytes + " bytes (expected: " + covered + ", where the last tensor ends)");
        }
    }

    private void requireUtf8(byte[] json) throws FormatException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(json);
        CharBuffer chars = CharBuffer.allocate(8192);
        CoderResult result;
        do {
            chars.clear();
            result = decoder.decode(bytes, chars, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw fail("header at byte " + (START + bytes.position())
                    + String.format(": byte 0x%02x", json[bytes.position()]) + " (expected: valid UTF-8)");
        }
    }

    /** JSON escapes can spell half of a surrogate pair, which is no text and could not be written again. */
    private String text(JsonParser parser, String text, String where) throws FormatException {
        if (Text.unpairedSurrogate(text) >= 0) {
            throw fail("header at character " + parser.currentTokenLocation().getCharOffset() + ": " + where
                    + " with half a surrogate pair (expected: valid Unicode)");
        }
        return text;
    }

    private void require(JsonParser parser, JsonToken token, String where, String expected) throws IOException {
        if (parser.currentToken() != token) {
            throw fail(where + ": " + found(parser) + " (expected: " + expected + ")");
        }
    }

    private static String found(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            return "end of header";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "string " + Text.quoted(parser.getText());
            default -> parser.getText();
        };
    }

    private FormatException fail(String problem) {
        return new FormatException(file, problem);
    }
}
