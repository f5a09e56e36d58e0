package io.github.fusedrnn.examples;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.safetensors.DType;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
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

    /** Elements in float64, exactly. */
    double[] values(String tensor) throws FormatException {
        return file.readDoubles(tensor);
    }

    /** Elements of a tensor that has to have {@code size} of them. */
    double[] values(String tensor, long size) throws FormatException {
        double[] values = file.readDoubles(tensor);
        if (values.length != size) {
            throw new IllegalArgumentException(tensor + ": " + shape(tensor) + " (expected: " + size + " elements)");
        }
        return values;
    }

    double @Nullable [] optional(String tensor) throws FormatException {
        return has(tensor) ? values(tensor) : null;
    }

    int @Nullable [] lengths(String tensor) throws FormatException {
        if (!has(tensor)) {
            return null;
        }
        long[] values = file.readLongs(tensor);
        int[] lengths = new int[values.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = Math.toIntExact(values[i]);
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
            default -> throw new IllegalArgumentException(key + ": '" + value + "' (expected: true, false, 1 or 0)");
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

    private static int parse(String key, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("metadata " + key + ": '" + value + "' (expected: an integer)", e);
        }
    }
}
