package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.safetensors.DType;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A safetensors file as a conformance case reads it: metadata with types, tensors in float64. */
final class CaseFile {
    private final SafetensorsFile file;

    CaseFile(SafetensorsFile file) {
        this.file = file;
    }

    List<String> names() {
        return file.names();
    }

    boolean has(String tensor) {
        return file.contains(tensor);
    }

    List<Long> shape(String tensor) throws FormatException {
        return file.info(tensor).shape();
    }

    DType dtype(String tensor) throws FormatException {
        return file.info(tensor).dtype();
    }

    /** Dimensions of a tensor that has to have {@code rank} of them. */
    List<Long> shape(String tensor, int rank) throws FormatException {
        List<Long> shape = shape(tensor);
        if (shape.size() != rank) {
            throw new IllegalArgumentException(tensor + ": " + shape + " (expected: " + rank + " dimensions)");
        }
        return shape;
    }

    /** Elements in float64, exactly, of a tensor that has to have this shape. */
    double[] values(String tensor, List<Long> shape) throws FormatException {
        if (!shape(tensor).equals(shape)) {
            throw new IllegalArgumentException(tensor + ": " + shape(tensor) + " (expected: " + shape + ")");
        }
        return file.readDoubles(tensor);
    }

    double @Nullable [] optional(String tensor, List<Long> shape) throws FormatException {
        return has(tensor) ? values(tensor, shape) : null;
    }

    /** Lengths of {@code n} rows, none longer than {@code t}; null where the file has none. */
    int @Nullable [] lengths(String tensor, int t, int n) throws FormatException {
        if (!has(tensor)) {
            return null;
        }
        if (!shape(tensor).equals(List.of((long) n))) {
            throw new IllegalArgumentException(tensor + ": " + shape(tensor) + " (expected: [" + n + "])");
        }
        long[] values = file.readLongs(tensor);
        int[] lengths = new int[n];
        for (int i = 0; i < n; i++) {
            if (values[i] < 0 || values[i] > t) {
                throw new IllegalArgumentException(
                        tensor + "[" + i + "]: " + values[i] + " (expected: 0 <= length <= T = " + t + ")");
            }
            lengths[i] = (int) values[i];
        }
        return lengths;
    }

    String text(String key, String otherwise) {
        String value = file.metadata().get(key);
        return value == null ? otherwise : value.strip();
    }

    boolean flag(String key) {
        String value = text(key, "false").toLowerCase(Locale.ROOT);
        return switch (value) {
            case "true", "1" -> true;
            case "false", "0", "" -> false;
            default ->
                throw new IllegalArgumentException(
                        "metadata " + key + ": '" + value + "' (expected: true, false, 1 or 0)");
        };
    }

    int number(String key) {
        String value = text(key, "");
        if (value.isEmpty()) {
            throw new IllegalArgumentException(
                    "metadata " + key + ": none (there are: " + file.metadata().keySet() + ")");
        }
        return parse(key, value);
    }

    int number(String key, int otherwise) {
        String value = text(key, "");
        return value.isEmpty() ? otherwise : parse(key, value);
    }

    /** Numbers separated by commas; none where the file says nothing. */
    List<Float> floats(String key) {
        List<Float> numbers = new ArrayList<>();
        for (String text : text(key, "").split(",")) {
            try {
                if (!text.isBlank()) {
                    numbers.add(Float.valueOf(text.strip()));
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "metadata " + key + ": '" + text.strip() + "' (expected: a number)", e);
            }
        }
        return numbers;
    }

    private static int parse(String key, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("metadata " + key + ": '" + value + "' (expected: an integer)", e);
        }
    }
}
