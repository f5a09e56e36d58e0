package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.CacheShare;
import io.github.fusedrnn.internal.natives.NativeApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processor: its name and its caches. */
final class Machine {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    /** The lines that name a model: one on x86-64, three on arm64. */
    private static final List<String> NAMES = List.of("model name", "CPU implementer", "CPU part", "CPU variant");

    private static final int LEVELS = 3;

    private Machine() {}

    /** Model and cache sizes, in one line of printable text. */
    static String describe() {
        return model() + ", " + caches();
    }

    /** The sizes of the caches, for people. */
    static String caches() {
        return "L1 " + kibibytes(1) + " and L2 " + kibibytes(2) + " of each core, last level " + kibibytes(LEVELS);
    }

    private static String kibibytes(int level) {
        return NativeApi.fr_cache_bytes(level) / 1024 + " KiB";
    }

    private static String model() {
        StringBuilder model = new StringBuilder();
        try (BufferedReader lines = Files.newBufferedReader(PROCESSORS, StandardCharsets.ISO_8859_1)) {
            // The first processor's block; the others repeat it.
            for (String line = lines.readLine(); line != null && !line.isBlank(); line = lines.readLine()) {
                int colon = line.indexOf(':');
                if (colon > 0 && NAMES.contains(line.substring(0, colon).strip())) {
                    model.append(model.length() == 0 ? "" : " ")
                            .append(line.substring(colon + 1).strip());
                }
            }
        } catch (IOException | UncheckedIOException e) {
            model.setLength(0);
        }
        String name = model.toString().replaceAll("[^ -~]", "?");
        return name.isEmpty() ? System.getProperty("os.arch", "unknown") : name;
    }

    /** Which cache levels hold {@code bytes} that each of {@code threads} reads in every step. */
    static List<CacheShare> shares(long bytes, int threads) {
        List<CacheShare> shares = new ArrayList<>(LEVELS + 1);
        long placed = 0;
        for (int level = 1; level <= LEVELS; level++) {
            // The last level is shared by the cores.
            long capacity = NativeApi.fr_cache_bytes(level) / (level == LEVELS ? threads : 1);
            long here = Math.min(bytes, capacity) - placed;
            if (here > 0) {
                shares.add(new CacheShare("L" + level, capacity, percent(here, bytes)));
                placed += here;
            }
        }
        if (placed < bytes) {
            shares.add(new CacheShare("memory", 0, percent(bytes - placed, bytes)));
        }
        return shares;
    }

    private static double percent(long part, long whole) {
        return 100.0 * part / whole;
    }
}
