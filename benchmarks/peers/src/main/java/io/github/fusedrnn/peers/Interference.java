package io.github.fusedrnn.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Detects CPU time that other processes use during an iteration: the busy ticks of all processors minus those of the process that is timed. Such a
 * process costs a library with two threads far more than its share: a thread that waits at a barrier for one that is not running waits for
 * milliseconds.
 */
final class Interference {
    /** Ticks are sampled: this many may be charged to the wrong process. */
    private static final long SLACK_TICKS = 3;

    /** CPU time of others above this share of one processor counts as interference. */
    private static final double SHARE = 0.2;

    /** Linux reports hundredths of a second, whatever its clock rate. */
    private static final double TICKS_PER_NANO = 1e-7;

    /** The busy columns of /proc/stat: user, nice, system; after idle and iowait: irq, softirq, steal. */
    private static final int[] BUSY = {1, 2, 3, 6, 7, 8};

    /** Columns of /proc/PID/stat, counted from the end of the name: user and system ticks. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;

    private final long pid;
    private final long start = System.nanoTime();
    private final long others;

    /** Starts watching. */
    Interference(long pid) {
        this.pid = pid;
        others = others();
    }

    /** Whether other processes were busy since this object was created. */
    boolean detected() {
        double elapsed = (System.nanoTime() - start) * TICKS_PER_NANO;
        return others() - others > Math.max(SLACK_TICKS, SHARE * elapsed);
    }

    private long others() {
        String[] all =
                read(Path.of("/proc/stat")).lines().findFirst().orElse("").split(" +");
        String process = read(Path.of("/proc", Long.toString(pid), "stat"));
        String[] own = process.substring(process.lastIndexOf(')') + 1).strip().split(" ");
        if (all.length <= BUSY[BUSY.length - 1] || own.length <= SYSTEM) {
            return 0;
        }
        long busy = 0;
        for (int column : BUSY) {
            busy += Long.parseLong(all[column]);
        }
        return busy - Long.parseLong(own[USER]) - Long.parseLong(own[SYSTEM]);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
