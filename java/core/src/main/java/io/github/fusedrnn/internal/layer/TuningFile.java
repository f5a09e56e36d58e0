package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.spi.Fingerprint;
import io.github.fusedrnn.spi.MeasuredChoice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The text file of measured choices: a header, what they depend on, one line for each plan, and an end that tells whether all is there.
 *
 * <pre>
 * fusedrnn-tuning 2
 * library=VERSION
 * machine=PROCESSOR
 * CHOICE | NANOSECONDS | NANOSECONDS BY RULE | PLAN
 * end=LINES CRC-32 of all before
 * </pre>
 */
public final class TuningFile {
    private static final String HEADER = "fusedrnn-tuning 2";
    private static final String LIBRARY = "library=";
    private static final String MACHINE = "machine=";
    private static final String END = "end=";
    private static final String SEPARATOR = " | ";
    private static final int FIELDS = 4;
    /** Some ten thousand plans; more is no file of ours. */
    private static final int MOST_BYTES = 8 << 20;

    private static final Pattern CHOICE = Pattern.compile("[a-z]{1,20}( [a-z]{1,20}=[0-9]{1,9}){0,20}");
    private static final Pattern TIME = Pattern.compile("[0-9]{1,15}(\\.[0-9]{1,3})?");
    private static final Pattern PLAN = Pattern.compile("[ -{}~]{1,2000}"); // printable, without the separator

    private TuningFile() {}

    public static void write(Path file, Fingerprint here, Map<String, MeasuredChoice> choices) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(HEADER).append('\n');
        text.append(LIBRARY).append(here.library()).append('\n');
        text.append(MACHINE).append(here.machine()).append('\n');
        choices.forEach((plan, choice) -> text.append(choice.choice())
                .append(SEPARATOR)
                .append(Math.round(choice.nanos()))
                .append(SEPARATOR)
                .append(Math.round(choice.ruleNanos()))
                .append(SEPARATOR)
                .append(plan)
                .append('\n'));
        text.append(end(choices.size(), text)).append('\n');
        replace(file.toAbsolutePath(), ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static String end(int lines, CharSequence before) {
        CRC32 sum = new CRC32();
        sum.update(before.toString().getBytes(StandardCharsets.UTF_8));
        return END + lines + " " + Long.toHexString(sum.getValue());
    }

    /** Written aside in the same folder, then renamed, so that the name never stands for half a file. */
    private static void replace(Path file, ByteBuffer content) throws IOException {
        Path aside = file.resolveSibling("." + file.getFileName() + "."
                + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (content.hasRemaining()) {
                    channel.write(content);
                }
                channel.force(true);
            }
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            try {
                Files.deleteIfExists(aside);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    public static Map<String, MeasuredChoice> read(Path file, Fingerprint here) throws IOException {
        String text = text(file);
        List<String> lines = text.lines().toList();
        int last = lines.size() - 1;
        if (lines.isEmpty() || !lines.get(0).startsWith(HEADER.substring(0, HEADER.indexOf(' ')))) {
            throw wrong(file, 1, "not a tuning file", "'" + HEADER + "'");
        }
        if (!lines.get(0).equals(HEADER)) {
            throw wrong(
                    file, 1, "'" + shortened(lines.get(0)) + "', another version of the format", "'" + HEADER + "'");
        }
        // The end before the rest: of a damaged file no other line means anything.
        String body = text.substring(0, Math.max(text.lastIndexOf("\n" + END), 0) + 1);
        if (last < 3 || !text.equals(body + end(last - 3, body) + "\n")) {
            throw wrong(file, last + 1, "the file is damaged or incomplete", "a last line that matches those before");
        }
        same(file, 2, lines.get(1), LIBRARY, here.library(), "version of the library");
        same(file, 3, lines.get(2), MACHINE, here.machine(), "processor");
        Map<String, MeasuredChoice> choices = new LinkedHashMap<>();
        for (int i = 3; i < last; i++) {
            add(file, i + 1, lines.get(i), choices);
        }
        return choices;
    }

    private static String text(Path file) throws IOException {
        // Not more than there may be, even if somebody writes to the file all the time.
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        }
        if (bytes.length > MOST_BYTES) {
            throw wrong(file, 1, "more than " + MOST_BYTES + " bytes", "a tuning file");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wrong(file, 1, "not UTF-8 text", "'" + HEADER + "'");
        }
    }

    private static void same(Path file, int line, String text, String key, String here, String what) {
        if (!text.startsWith(key)) {
            throw wrong(file, line, "'" + shortened(text) + "'", key + "…");
        }
        String there = text.substring(key.length());
        if (!there.equals(here)) {
            throw wrong(
                    file,
                    line,
                    "measured with another " + what + ", '" + shortened(there) + "'",
                    "'" + here + "'; measure again");
        }
    }

    private static void add(Path file, int line, String text, Map<String, MeasuredChoice> choices) {
        String[] fields = text.split(Pattern.quote(SEPARATOR), FIELDS);
        boolean fits = fields.length == FIELDS
                && CHOICE.matcher(fields[0]).matches()
                && TIME.matcher(fields[1]).matches()
                && TIME.matcher(fields[2]).matches()
                && PLAN.matcher(fields[3]).matches();
        if (!fits) {
            throw wrong(file, line, "'" + shortened(text) + "'", "choice | nanoseconds | by rule | plan");
        }
        MeasuredChoice choice = new MeasuredChoice(
                fields[0],
                Double.parseDouble(fields[1]),
                Double.parseDouble(fields[2]),
                "loaded from " + file.getFileName());
        if (choices.putIfAbsent(fields[3], choice) != null) {
            throw wrong(file, line, "a second choice for " + shortened(fields[3]), "one");
        }
    }

    private static IllegalArgumentException wrong(Path file, int line, String found, String expected) {
        return Checks.wrong("tuning file " + file + ", line " + line, found, expected);
    }

    private static String shortened(String text) {
        String line = text.length() <= 100 ? text : text.substring(0, 100) + "…";
        return line.replaceAll("\\p{Cntrl}", "?");
    }
}
