package io.github.fusedrnn.examples.cli;

import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/** Formats numbers, tables and messages, the same in every command and locale. */
public final class Texts {
    private Texts() {}

    /** {@code printf} in the root locale. */
    public static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }

    /** A relative error, with two digits. */
    public static String error(double error) {
        return error == 0 ? "0" : format("%.1e", error);
    }

    /** An enum constant as the command line takes it. */
    public static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The message of a failure, with the name of its class where the message alone is not understandable. */
    public static String sentence(Throwable failure) {
        String message = failure.getMessage();
        String text = message == null ? "" : message.strip();
        if (text.isEmpty()) {
            return failure.getClass().getSimpleName();
        }
        // The message of a missing file is its name alone, that of an index or an overflow no sentence.
        boolean bare = failure instanceof FileSystemException && !text.contains(" ");
        return bare || failure instanceof IndexOutOfBoundsException || failure instanceof ArithmeticException
                ? text + ": " + failure.getClass().getSimpleName()
                : text;
    }

    /** CRC-32 of the numbers of all parts and of their lengths: distinguishes texts with the same vocabulary. */
    public static String checksum(List<int[]> parts) {
        CRC32 sum = new CRC32();
        for (int[] part : parts) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Integer.BYTES * (part.length + 1)).putInt(part.length);
            bytes.asIntBuffer().put(part);
            sum.update(bytes.array());
        }
        return format("%08x", sum.getValue());
    }

    /** A table; the first {@code left} columns are left-aligned, the others right-aligned. */
    public static String table(int left, List<List<String>> rows) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int c = 0; c < row.size(); c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < row.size(); c++) {
                String gap = " ".repeat(widths[c] - row.get(c).length());
                line.append(c < left ? row.get(c) + gap : gap + row.get(c)).append("  ");
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }
}
