package io.github.fusedrnn.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A golden file in safetensors form, read just well enough for the files of our own tests (flat metadata of strings without escapes, F32,
 * F64, I32 and I64): the core module cannot use the reader of the formats module, which stands on it.
 */
public final class GoldenFile {
    private static final Pattern METADATA = Pattern.compile("\"__metadata__\":\\{([^}]*)\\}");
    private static final Pattern PAIR = Pattern.compile("\"([^\"]+)\":\"([^\"]*)\"");
    private static final Pattern TENSOR = Pattern.compile(
            "\"([^\"]+)\":\\{\"dtype\":\"(\\w+)\",\"shape\":\\[([^\\]]*)\\],\"data_offsets\":\\[(\\d+),(\\d+)\\]\\}");

    private final String name;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, double[]> values = new LinkedHashMap<>();
    private final Map<String, int[]> shapes = new LinkedHashMap<>();

    private GoldenFile(String name) {
        this.name = name;
    }

    public static GoldenFile read(Path path) {
        try {
            return parse(path.getFileName().toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    private static GoldenFile parse(String name, byte[] bytes) {
        GoldenFile file = new GoldenFile(name);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = Math.toIntExact(buffer.getLong());
        String header = new String(bytes, 8, headerLength, StandardCharsets.UTF_8);
        Matcher block = METADATA.matcher(header);
        if (block.find()) {
            Matcher pair = PAIR.matcher(block.group(1));
            while (pair.find()) {
                file.metadata.put(pair.group(1), pair.group(2));
            }
        }
        Matcher tensor = TENSOR.matcher(header);
        while (tensor.find()) {
            String type = tensor.group(2);
            int from = 8 + headerLength + Integer.parseInt(tensor.group(4));
            int to = 8 + headerLength + Integer.parseInt(tensor.group(5));
            file.values.put(tensor.group(1), numbers(buffer, type, from, to));
            file.shapes.put(tensor.group(1), dimensions(tensor.group(3)));
        }
        return file;
    }

    private static double[] numbers(ByteBuffer buffer, String type, int from, int to) {
        int width = type.endsWith("32") ? 4 : 8;
        double[] numbers = new double[(to - from) / width];
        for (int i = 0; i < numbers.length; i++) {
            int at = from + i * width;
            numbers[i] = switch (type) {
                case "F32" -> buffer.getFloat(at);
                case "F64" -> buffer.getDouble(at);
                case "I64" -> buffer.getLong(at);
                case "I32" -> buffer.getInt(at);
                default -> throw new IllegalArgumentException("dtype: " + type + " (expected: F32, F64, I32 or I64)");
            };
        }
        return numbers;
    }

    private static int[] dimensions(String list) {
        if (list.isBlank()) {
            return new int[0];
        }
        String[] parts = list.split(",");
        int[] dimensions = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            dimensions[i] = Integer.parseInt(parts[i].trim());
        }
        return dimensions;
    }

    public String name() {
        return name;
    }

    public Set<String> tensors() {
        return values.keySet();
    }

    public boolean has(String tensor) {
        return values.containsKey(tensor);
    }

    /** A tensor's elements, F32 widened; not a copy. */
    public double[] values(String tensor) {
        double[] found = values.get(tensor);
        if (found == null) {
            throw new IllegalArgumentException(
                    name + ": no tensor '" + tensor + "' (there are: " + values.keySet() + ")");
        }
        return found;
    }

    public int[] shape(String tensor) {
        int[] found = shapes.get(tensor);
        if (found == null) {
            throw new IllegalArgumentException(
                    name + ": no tensor '" + tensor + "' (there are: " + shapes.keySet() + ")");
        }
        return found;
    }

    public String metadata(String key, String otherwise) {
        return metadata.getOrDefault(key, otherwise);
    }

    public int number(String key) {
        String text = metadata.get(key);
        if (text == null) {
            throw new IllegalArgumentException(
                    name + ": no metadata '" + key + "' (there are: " + metadata.keySet() + ")");
        }
        return Integer.parseInt(text);
    }
}
