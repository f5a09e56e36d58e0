package io.github.fusedrnn.internal.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the machine has left, asked before memory is taken: Linux promises more than it has and kills the process later. */
public final class FreeMemory {
    private FreeMemory() {}

    /** Bytes that could be taken now: the smaller of MemAvailable and what the cgroup leaves; Long.MAX_VALUE where neither can be read. */
    public static long bytes() {
        return Math.min(memAvailable(), cgroupFree());
    }

    private static long memAvailable() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Not Linux, or hidden: no limit known.
        }
        return Long.MAX_VALUE;
    }

    /** File pages that the kernel drops under memory pressure; they count as used by the group that read the file. */
    private static long reclaimable(Path stat) throws IOException {
        for (String line : Files.readAllLines(stat)) {
            if (line.startsWith("inactive_file ")) {
                return Long.parseLong(line.substring("inactive_file ".length()).strip());
            }
        }
        return 0;
    }

    private static long cgroupFree() {
        List<Path[]> versions = List.of(
                new Path[] {Path.of("/sys/fs/cgroup/memory.max"), Path.of("/sys/fs/cgroup/memory.current")},
                new Path[] {
                    Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
                    Path.of("/sys/fs/cgroup/memory/memory.usage_in_bytes")
                });
        for (Path[] files : versions) {
            try {
                String limit = Files.readString(files[0]).strip();
                if (!limit.equals("max")) {
                    return Math.max(
                            0,
                            Long.parseLong(limit)
                                    - Long.parseLong(Files.readString(files[1]).strip())
                                    + reclaimable(files[1].resolveSibling("memory.stat")));
                }
            } catch (IOException | NumberFormatException e) {
                // This version of cgroups is not there: the next one, then no limit.
            }
        }
        return Long.MAX_VALUE;
    }
}
