package io.github.fusedrnn.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The machine that a comparison ran on.
 *
 * @param cpu model name of the processor
 * @param processors number of processors available to the JVM
 * @param instructionSets the relevant ones
 * @param caches of one core, such as {@code L2 1024K}
 * @param os name and version
 * @param jdk vendor and version
 * @param load load average of the last minute when the comparison started
 */
record Machine(
        String cpu,
        int processors,
        List<String> instructionSets,
        List<String> caches,
        String os,
        String jdk,
        String load) {
    private static final List<String> INSTRUCTION_SETS =
            List.of("avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_tile", "asimd");

    static Machine current() {
        List<String> flags = Arrays.asList((fromCpuInfo("flags") + fromCpuInfo("Features")).split("\\s+"));
        return new Machine(
                fromCpuInfo("model name"),
                Runtime.getRuntime().availableProcessors(),
                INSTRUCTION_SETS.stream().filter(flags::contains).toList(),
                findCaches(),
                System.getProperty("os.name")
                        + ' '
                        + System.getProperty("os.version")
                        + ' '
                        + System.getProperty("os.arch"),
                System.getProperty("java.vendor") + ' ' + Runtime.version(),
                read(Path.of("/proc/loadavg")).split(" ")[0]);
    }

    private static String fromCpuInfo(String key) {
        return read(Path.of("/proc/cpuinfo"))
                .lines()
                .filter(line -> line.startsWith(key))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("");
    }

    private static List<String> findCaches() {
        List<String> caches = new ArrayList<>();
        try (Stream<Path> indices = Files.list(Path.of("/sys/devices/system/cpu/cpu0/cache"))) {
            indices.filter(Files::isDirectory)
                    .filter(index -> !read(index.resolve("type")).startsWith("Instruction"))
                    .sorted()
                    .forEach(index ->
                            caches.add("L" + read(index.resolve("level")).strip() + ' '
                                    + read(index.resolve("size")).strip()));
        } catch (IOException e) {
            // Not every kernel reports them; the table then lists none.
        }
        return caches;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "unknown";
        }
    }
}
